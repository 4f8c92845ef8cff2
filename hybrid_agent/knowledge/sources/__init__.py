"""Where articles come from: folders, files and addresses."""
