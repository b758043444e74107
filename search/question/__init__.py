"""A question becomes a typed plan, and the plan an answer with its proof.

reading    text -> words, quoted texts, cues of the language's lexicon; dates -> years
linking    words -> entities of the graph; people -> persons among them
parsing    both -> the one part that each word plays; joining tells how names belong together
planning   the parts -> a Plan, by the rules of intents and dimensions
answering  a Plan -> search -> an Answer; counting -> figures by SPARQL; refusing says when there is none
"""
