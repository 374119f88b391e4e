"""Every record type of Wijkblik; no logic beyond validation.

wijk     what a person configures: wijk, places, sources, themes, weights
items    what collectors hand over and what is stored of it
stories  stories, their assessments with reasons, decisions, the daily feed
feed     the feed's JSON as others read it (contract, versioned)
"""
