//go:build unix

package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"text/tabwriter"
)

// line tells of one mutant that lives.
func line(v verdict) string {
	how := "survived"
	if v.Fate == unreached {
		how = "reached by no test"
	}
	return fmt.Sprintf("%s:%d: %s\n\t%s", v.File, v.Line, how, v.Key())
}

// table counts the fates by package. The score leaves out what is equivalent and what does not compile.
func table(w io.Writer, verdicts []verdict) {
	counts := map[string]*[fates]int{}
	total := &[fates]int{}
	for _, v := range verdicts {
		if counts[v.Package] == nil {
			counts[v.Package] = &[fates]int{}
		}
		counts[v.Package][v.Fate]++
		total[v.Fate]++
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "package\tmutants\tkilled\ttimed out\tsurvived\tunreached\tequivalent\tnot compiled\tscore\t")
	for _, p := range sortedKeys(counts) {
		row(t, p, counts[p])
	}
	row(t, "all", total)
	t.Flush()
}

func row(w io.Writer, name string, c *[fates]int) {
	all := 0
	for _, n := range c {
		all += n
	}
	judged := all - c[equivalent] - c[notCompiled]
	score := 100.0
	if judged > 0 {
		score = 100 * float64(c[killed]+c[timedOut]) / float64(judged)
	}
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f %%\t\n", name, all, c[killed], c[timedOut],
		c[survived], c[unreached],
		c[equivalent], c[notCompiled], score)
}

// sample chooses n mutants of each package, or all for 0. Which depends on the seed and the mutant alone, so that most
// of them are the same after a change of the code.
func sample(all []mutation, n int, seed string) []mutation {
	lot := func(m mutation) string {
		sum := sha256.Sum256([]byte(seed + "\n" + m.Key()))
		return string(sum[:])
	}
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b mutation) int {
		return cmp.Compare(lot(a), lot(b))
	})
	taken := map[string]int{}
	return slices.DeleteFunc(ordered, func(m mutation) bool {
		taken[m.Package]++
		return n > 0 && taken[m.Package] > n
	})
}

// readAccepted reads the mutants that are known to change nothing: a line with the key, and the reason in lines below
// that begin with a tab. Lines with # in front, and empty ones, are for people.
func readAccepted(name string) (map[string]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	accepted := map[string]string{}
	key := ""
	for i, l := range strings.Split(string(text), "\n") {
		switch {
		case strings.TrimSpace(l) == "" || strings.HasPrefix(l, "#"):
		case !strings.HasPrefix(l, "\t"):
			key = l
			if _, twice := accepted[key]; twice {
				return nil, fmt.Errorf("%s:%d: %s is there twice", name, i+1, key)
			}
			accepted[key] = ""
		case key == "":
			return nil, fmt.Errorf("%s:%d: a reason without a mutant", name, i+1)
		default:
			accepted[key] = strings.TrimSpace(accepted[key] + " " + strings.TrimSpace(l))
		}
	}
	for key, why := range accepted {
		if why == "" {
			return nil, fmt.Errorf("%s: no reason says why %s changes nothing", name, key)
		}
	}
	return accepted, nil
}

// readKeys reads the lines of a file, without the blanks around them; none are named by no file.
func readKeys(name string) (map[string]bool, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		keys[strings.TrimSpace(line)] = true
	}
	return keys, nil
}

// stale are the accepted mutants of the packages looked at that there are no more.
func stale(accepted map[string]string, all []mutation) []string {
	there, looked := map[string]bool{}, map[string]bool{}
	for _, m := range all {
		there[m.Key()], looked[m.Package] = true, true
	}
	return slices.DeleteFunc(sortedKeys(accepted), func(key string) bool {
		file, _, _ := strings.Cut(key, " ")
		return there[key] || !looked[path.Dir(file)]
	})
}
