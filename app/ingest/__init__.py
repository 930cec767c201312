"""From a source to a pack: one module per source format, and what reading page text takes.

`page` is the way in. It reads from bytes to records: `flatten` makes lines of a page, `outline` tells navigation, title
and article apart, `parts` reads the article's paragraphs and lists, `calls`, `signs` and `glossary` what they say, and
`edition`, `related` and `organisation` make the records. The rules are tables, one a language: `english`, `spanish`;
`words` explains them. `review` shows what a pack makes of its source.
"""
