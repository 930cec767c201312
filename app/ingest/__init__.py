"""From a source to a pack: one module per source format, and what reading page text takes.

`page` is the way in; it reads top to bottom: `flatten` (bytes to lines), `outline` (lines to parts),
`signs` and `glossary` (what the parts say), with each language's rules in `words`.
"""
