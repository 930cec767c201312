"""Pages, embeds and handouts in a real browser, and real consumers: `make test-browser`. `make test` leaves it out."""
