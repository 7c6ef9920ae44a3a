/**
 * All that the page can reach: one call, one subscription. It never grows; new abilities are calls of the contract.
 */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';

contextBridge.exposeInMainWorld('komissiya', {
  call: (name: unknown, input: unknown): Promise<unknown> => ipcRenderer.invoke('komissiya:call', name, input),
  subscribe: (listener: (event: unknown) => void): (() => void) => {
    const forward = (_event: IpcRendererEvent, event: unknown): void => listener(event);
    ipcRenderer.on('komissiya:event', forward);
    return () => {
      ipcRenderer.removeListener('komissiya:event', forward);
    };
  },
});
