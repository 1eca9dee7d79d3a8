/** Holds the place of what is being read. It appears only after a moment: what is quick does not flicker. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="loading" role="status">
      Reading {what} …
    </p>
  );
}
