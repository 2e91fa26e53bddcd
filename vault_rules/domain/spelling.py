import difflib
def did_you_mean(word, candidates):
    found = difflib.get_close_matches(word, sorted(candidates), n=1, cutoff=0.7)
    return found[0] if found else None
