/** The window of a signed-in person: data, routes, notifications. Unmounting it at lock drops every answer from memory. */
import './schemas-without-code.ts';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { NotificationProvider } from '#renderer/ui/notification.tsx';
import { createQueryClient, keepLive } from './api.ts';
import { createAppRouter } from './routes.tsx';

/** Starts at the page the window was on, else at Today. */
export function SignedIn() {
  const [client] = useState(createQueryClient);
  const [router] = useState(createAppRouter);
  useEffect(() => keepLive(client), [client]);
  useEffect(() => () => client.clear(), [client]);
  return (
    <QueryClientProvider client={client}>
      <NotificationProvider>
        <RouterProvider router={router} />
      </NotificationProvider>
    </QueryClientProvider>
  );
}
