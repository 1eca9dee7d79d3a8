import { ArrowRight } from 'lucide-react';
import { useId } from 'react';
import { whyBadName } from './why-bad-name.ts';

interface Place {
  readonly namespace: string;
  readonly pvc: string;
}

interface ChooseTargetProps {
  readonly source: Place;
  readonly target: Place;
  readonly onNamespace: (value: string) => void;
  readonly onPvc: (value: string) => void;
}

export function ChooseTarget({ source, target, onNamespace, onPvc }: ChooseTargetProps) {
  return (
    <section className="step">
      <h2>
        <span className="step-number">2</span> Where
      </h2>
      <div className="fields">
        <NameField label="Namespace" value={target.namespace} onValue={onNamespace} />
        <NameField label="New claim" value={target.pvc} onValue={onPvc} />
      </div>
      <p className="route">
        <span>
          {source.namespace}/{source.pvc}
        </span>{' '}
        <ArrowRight size={16} aria-label="becomes" role="img" />{' '}
        <b>
          {target.namespace}/{target.pvc}
        </b>
      </p>
    </section>
  );
}

interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

export function NameField({ label, value, onValue }: NameFieldProps) {
  const id = useId();
  const why = whyBadName(value);
  return (
    <label className="field">
      <span>{label}</span>
      <input
        value={value}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck="false"
        aria-invalid={why !== undefined}
        aria-describedby={id}
        onChange={(event) => onValue(event.target.value)}
      />
      <span className="field-why tone-unprotected" id={id} aria-live="polite">
        {why}
      </span>
    </label>
  );
}
