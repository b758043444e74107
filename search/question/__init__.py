"""A question becomes a typed plan, and the plan an answer with its proof.

reading    text -> words, quoted texts, cues of the language's lexicon, years
linking    words -> entities of the graph
parsing    both -> the one part that each word plays
planning   the parts -> a Plan, by the rules of intents and dimensions
answering  a Plan -> SPARQL and search -> an Answer; refusing says when there is none
"""
