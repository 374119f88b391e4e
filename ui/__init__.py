"""The page.

serve   starts Streamlit with its security headers
app     navigation only
pages/  one page per file
session the wijk's service, and the language of this visit
cards   a story as markup and as buttons
"""
