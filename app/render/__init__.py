"""An edition as people read it: HTML, Markdown, plain text, and schema.org's JSON-LD for programs."""
