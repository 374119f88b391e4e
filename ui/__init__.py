"""The page.

serve   starts Streamlit with its security headers
app     navigation only
pages/  one page per file
session the wijk's service, and the language of this visit
cards   a story as markup and as buttons
facts   what is told of a story beside its title and reasons
correcting  putting a story right
"""
