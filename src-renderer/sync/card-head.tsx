import { Icon, type TablerIcon } from '#renderer/ui/icon.tsx';

/** The head of a card of the Sync page: which road it is, in one sentence what it does. */
export function CardHead({ icon, title, text }: { icon: TablerIcon; title: string; text: string }) {
  return (
    <div className="row g3 top" style={{ marginBottom: 12 }}>
      <span className="inkc">
        <Icon of={icon} size={24} />
      </span>
      <div className="grow">
        <h3>{title}</h3>
        <p className="sm mut">{text}</p>
      </div>
    </div>
  );
}
