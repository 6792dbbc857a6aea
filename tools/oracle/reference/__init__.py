"""The reference library's answers to the page's calls."""
