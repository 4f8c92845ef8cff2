"""Pages as HTML, and the files that they name: templates, style sheets, scripts, links."""
