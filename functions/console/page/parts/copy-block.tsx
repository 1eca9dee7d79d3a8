/** Text to copy, as it stands. */
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      // Without the right to copy the text can still be selected.
      setCopied(false);
    }
  };
  return (
    <div className="copy-block">
      {/* It may be wider than the screen: then it scrolls, by keyboard too. */}
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <button
        type="button"
        className="icon-button"
        onClick={() => void copy()}
        aria-label={isCopied ? 'Copied' : `Copy ${label}`}
      >
        {isCopied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      </button>
    </div>
  );
}
