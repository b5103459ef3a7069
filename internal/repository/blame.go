package repository

// Blame is the commit that each line of a file comes from, as git blame finds it, beside the lines, which are without
// their ends. A file that was moved as it was keeps its lines. nil if the commit has no such file.
func (r *Repository) Blame(c *Commit, path string) (lines []string, from []*Commit) {
	f, ok := r.FileAt(c.Tree, path)
	content, isBlob := r.Blob(f.ID)
	if !ok || !isBlob {
		return nil, nil
	}
	lines = linesOf(content)
	from = make([]*Commit, len(lines))
	all := make([]int, len(lines))
	for i := range all {
		all[i] = i
	}
	for todo := []suspect{{c, f, all, all}}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		passed, kept := r.passBlame(s)
		todo = append(todo, passed...)
		for _, i := range kept {
			from[i] = s.commit
		}
	}
	for i, line := range lines {
		if n := len(line); line[n-1] == '\n' {
			lines[i] = line[:n-1]
		}
	}
	return lines, from
}

// suspect is a commit that may have brought lines of the file that is asked about: where they are in its own file, and
// which they are.
type suspect struct {
	commit   *Commit
	file     File
	here, of []int
}

// passBlame gives the lines that parents have to them, each to the first that has it, and keeps the others.
func (r *Repository) passBlame(s suspect) (passed []suspect, kept []int) {
	var goats []suspect // those of the parents whose file is another one
	for _, id := range s.commit.Parents {
		p := r.Commit(id)
		if p == nil {
			continue
		}
		f, there := r.fileBefore(p, s)
		switch {
		case !there:
		case f.ID == s.file.ID:
			return []suspect{{p, f, s.here, s.of}}, nil
		default:
			goats = append(goats, suspect{p, f, nil, nil})
		}
	}
	now, _ := r.Blob(s.file.ID)
	for _, goat := range goats {
		old, _ := r.Blob(goat.file.ID)
		changes := edits(linesOf(old), linesOf(now))
		rest := suspect{commit: s.commit, file: s.file}
		for i, line := range s.here {
			if before, same := lineBefore(changes, line); same {
				goat.here, goat.of = append(goat.here, before), append(goat.of, s.of[i])
			} else {
				rest.here, rest.of = append(rest.here, line), append(rest.of, s.of[i])
			}
		}
		if len(goat.here) > 0 {
			passed = append(passed, goat)
		}
		s = rest
	}
	return passed, s.of
}

// fileBefore is what a parent has of a suspect's file: at its path, or where it was moved from.
func (r *Repository) fileBefore(p *Commit, s suspect) (File, bool) {
	if f, ok := r.FileAt(p.Tree, s.file.Path); ok && f.Mode.Kind() == KindBlob {
		return f, true
	}
	for _, c := range r.Changes(p.Tree, s.commit.Tree) {
		if c.Renamed && c.New.Path == s.file.Path {
			return c.Old, true
		}
	}
	return File{}, false
}

// lineBefore is where a line was before some edits; false if one of them brought it.
func lineBefore(changes []edit, line int) (before int, same bool) {
	before = line
	for _, e := range changes {
		switch {
		case line < e.newFrom:
			return before, true
		case line < e.newTo:
			return 0, false
		}
		before = line - e.newTo + e.oldTo
	}
	return before, true
}
