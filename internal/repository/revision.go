package repository

import "strings"

// shortestID is how few digits of an object's name git takes for it.
const shortestID = 4

// CommitAt is the commit that a revision means: "HEAD", the name of a branch or a tag, a full ref, or a commit's name
// of at least 4 digits that begins no other; nil if it means none. A tag goes before a branch of the same name, as in
// git, and a whole SHA before both. "X^", "X~2" and the like count from X.
func (r *Repository) CommitAt(revision string) *Commit {
	if i := strings.IndexAny(revision, "^~"); i > 0 {
		return r.above(r.CommitAt(revision[:i]), revision[i:])
	}
	if IsID(revision) && r.Has(revision) {
		return r.Commit(r.Peel(revision))
	}
	if revision == "HEAD" {
		return r.Commit(r.Ref(r.head()))
	}
	for _, prefix := range []string{"", "refs/", TagPrefix, BranchPrefix} {
		if id := r.Ref(prefix + revision); id != "" {
			return r.Commit(r.Peel(id))
		}
	}
	if id := r.expand(revision); id != "" {
		return r.Commit(r.Peel(id))
	}
	return nil
}

// expand is the whole name of the one commit or tag that begins so; "" if there is none or more than one.
func (r *Repository) expand(short string) (found string) {
	if len(short) < shortestID || len(short) >= idLength || !isHex(short) {
		return ""
	}
	for id, o := range r.objects {
		if strings.HasPrefix(id, short) && o.Kind != KindBlob && o.Kind != KindTree {
			if found != "" {
				return ""
			}
			found = id
		}
	}
	return found
}

// above follows the steps of a revision from a commit: "^", "^2", "~", "~3".
func (r *Repository) above(c *Commit, steps string) *Commit {
	for c != nil && steps != "" {
		sign, rest := steps[0], steps[1:]
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n := 1
		if digits > 0 {
			n = 0
			for _, d := range rest[:min(digits, 6)] { // no history here is longer
				n = n*10 + int(d-'0')
			}
		}
		steps = rest[digits:]
		switch {
		case sign == '^' && n == 0:
		case sign == '^' && n <= len(c.Parents):
			c = r.Commit(c.Parents[n-1])
		case sign == '~':
			for ; n > 0 && c != nil; n-- {
				c = r.firstParent(c)
			}
		default:
			return nil
		}
	}
	return c
}

func (r *Repository) firstParent(c *Commit) *Commit {
	if len(c.Parents) == 0 {
		return nil
	}
	return r.Commit(c.Parents[0])
}
