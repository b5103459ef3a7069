package repository

import (
	"bytes"
	"fmt"
	"strings"
)

// linesOf are the lines of a text, each with its end; the last may have none.
func linesOf(text []byte) []string {
	var lines []string
	for len(text) > 0 {
		n := bytes.IndexByte(text, '\n') + 1
		if n == 0 {
			n = len(text)
		}
		lines = append(lines, string(text[:n]))
		text = text[n:]
	}
	return lines
}

// edit is one place where two texts differ: lines of the old one that those of the new one stand for. Each pair is
// from, up to and without to, counted from 0.
type edit struct{ oldFrom, oldTo, newFrom, newTo int }

// maxDistance is how many lines may be added and deleted until two texts count as nothing alike: what the search for
// the shortest way takes grows with its square.
const maxDistance = 3000

// edits is the shortest way from one text to another (Eugene Myers, An O(ND) Difference Algorithm and Its Variations).
func edits(old, now []string) []edit {
	start := 0
	for start < len(old) && start < len(now) && old[start] == now[start] {
		start++
	}
	end := 0
	for end < len(old)-start && end < len(now)-start && old[len(old)-1-end] == now[len(now)-1-end] {
		end++
	}
	a, b := old[start:len(old)-end], now[start:len(now)-end]
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	gone, new := make([]bool, len(old)), make([]bool, len(now))
	mark(a, b, gone[start:], new[start:])
	slide(old, gone, new)
	slide(now, new, gone)
	return grouped(gone, new)
}

// mark marks the lines of a that go and those of b that come.
func mark(a, b []string, gone, new []bool) {
	furthest, found := search(a, b)
	if !found {
		for i := range a {
			gone[i] = true
		}
		for i := range b {
			new[i] = true
		}
		return
	}
	x, y := len(a), len(b)
	for d := len(furthest) - 1; d > 0; d-- {
		v := furthest[d-1] // as it was before this step
		k := x - y
		i := (k + d) / 2
		down := steps(v, i)
		from, fromX := k-1, 0
		if down {
			from, fromX = k+1, int(v[i])
		} else {
			fromX = int(v[i-1])
		}
		fromY := fromX - from
		if down {
			new[fromY] = true
		} else {
			gone[fromX] = true
		}
		x, y = fromX, fromY
	}
}

// steps reports whether the diagonal i of the step behind v is better come to from the one above it, by adding a line.
func steps(v []int32, i int) (down bool) { return i == 0 || i < len(v) && v[i-1] < v[i] }

// search finds how many steps lead from a to b. furthest has, for each number of steps, how far one gets on each
// diagonal: after d steps only every second one from -d to d can be come to, and k is at (k+d)/2. So maxDistance bounds
// what it takes to 18 MB.
func search(a, b []string) (furthest [][]int32, found bool) {
	var v []int32
	for d := 0; d <= len(a)+len(b) && d <= maxDistance; d++ {
		next := make([]int32, d+1)
		for i := range next {
			x := 0
			switch {
			case d == 0:
			case steps(v, i):
				x = int(v[i])
			default:
				x = int(v[i-1]) + 1
			}
			y := x - (2*i - d)
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			next[i] = int32(x)
			if x >= len(a) && y >= len(b) {
				return append(furthest, next), true
			}
		}
		furthest = append(furthest, next)
		v = next
	}
	return nil, false
}

// slide moves each group of changed lines down as far as it goes with the same meaning, as git does, unless that parts
// it from lines of the other text which it stands for.
func slide(lines []string, changed, other []bool) {
	o := 0 // the line of the other text that line i is beside
	for i := 0; i < len(lines); {
		if !changed[i] {
			for o < len(other) && other[o] {
				o++
			}
			o++
			i++
			continue
		}
		end := i
		for end < len(lines) && changed[end] {
			end++
		}
		paired := o < len(other) && other[o]
		for !paired && end < len(lines) && lines[i] == lines[end] {
			changed[i], changed[end] = false, true
			i, end, o = i+1, end+1, o+1
			for end < len(lines) && changed[end] {
				end++
			}
			paired = o < len(other) && other[o]
		}
		i = end
	}
}

// grouped are the marked lines as edits.
func grouped(gone, new []bool) (all []edit) {
	x, y := 0, 0
	for x < len(gone) || y < len(new) {
		e := edit{x, x, y, y}
		for x < len(gone) && gone[x] {
			x++
		}
		for y < len(new) && new[y] {
			y++
		}
		if e.oldTo, e.newTo = x, y; e.oldTo > e.oldFrom || e.newTo > e.newFrom {
			all = append(all, e)
		}
		x, y = x+1, y+1
	}
	return all
}

// context is how many lines around a change git shows.
const context = 3

// unified is the difference of two texts in hunks.
func unified(old, now []string) string {
	var b strings.Builder
	all := edits(old, now)
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].oldFrom-all[n-1].oldTo <= 2*context {
			n++
		}
		hunk(&b, old, now, all[:n])
		all = all[n:]
	}
	return b.String()
}

// hunk writes changes that are near one another, with the lines around them.
func hunk(b *strings.Builder, old, now []string, all []edit) {
	first, last := all[0], all[len(all)-1]
	before := min(context, first.oldFrom)
	after := min(context, len(old)-last.oldTo)
	from, to := first.oldFrom-before, last.oldTo+after
	fmt.Fprintf(b, "@@ -%s +%s @@%s\n", span(from, to), span(first.newFrom-before, last.newTo+after),
		heading(old[:from]))
	at := from
	for _, e := range all {
		write(b, ' ', old[at:e.oldFrom])
		write(b, '-', old[e.oldFrom:e.oldTo])
		write(b, '+', now[e.newFrom:e.newTo])
		at = e.oldTo
	}
	write(b, ' ', old[at:to])
}

// span is where a hunk is in a text: the first line and how many, which is left out if it is one.
func span(from, to int) string {
	switch n := to - from; n {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	default:
		return fmt.Sprintf("%d,%d", from+1, n)
	}
}

// heading is the nearest line above a hunk that begins with a letter, as git's default takes for the name of a
// function.
func heading(above []string) string {
	const longest = 80 // bytes
	for i := len(above) - 1; i >= 0; i-- {
		c := above[i][0]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' {
			line := strings.TrimRight(above[i], " \t\r\n\f\v")
			return " " + strings.TrimRight(line[:min(len(line), longest)], " \t\r\n\f\v")
		}
	}
	return ""
}

func write(b *strings.Builder, sign byte, lines []string) {
	for _, line := range lines {
		b.WriteByte(sign)
		b.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}
