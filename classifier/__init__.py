"""What a wijk's items mean: places and themes, stories, relevance, verification, and the day's order.

Everything here is a pure function of what it is handed; nothing is read, fetched or kept.

text          normal form and language
reading       all that is read from one item, once
places        the wijk's gazetteer
themes        the taxonomy's words
stories       which items are about the same happening
relevance     the chance that this team wants to see a story, in parts
verification  a proposed status with its evidence
ranking       the day's list: order, budget and sample
assessing     one story's assessment from all of these
"""
