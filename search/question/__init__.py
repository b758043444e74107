"""A question becomes a typed plan, and the plan an answer with its proof.

reading    text -> words, quoted texts, cues of the language's lexicon, years
linking    words -> entities of the graph
planning   both -> a Plan
answering  a Plan -> SPARQL and search -> an Answer
"""
