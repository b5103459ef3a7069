package world

import "strings"

// onProtectedRef reports whether the ref of a job is protected now, whatever it was when the job was made
// (lib/gitlab/ci/variables/builder.rb, protected_ref?).
func (st *State) onProtectedRef(j *Job) bool { return j.Protected }

// matchesGlob reports whether a name is what a pattern is for, in which * stands for any text
// (lib/gitlab/sql/glob.rb, app/models/concerns/protected_ref.rb).
func matchesGlob(pattern, name string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == name
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for {
		part, more, wild := strings.Cut(rest, "*")
		if !wild {
			return strings.HasSuffix(name, part)
		}
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name, rest = name[at+len(part):], more
	}
}
