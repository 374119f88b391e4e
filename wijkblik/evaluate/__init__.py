"""The product against people's judgement: scenarios and labelled sets (contract: evaluation commands).

feed   a scenario from its publisher to the feed, against its truth
lines  JSON lines in and out, with what is wrong in which line
"""
