package world

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What GitLab's models say of groups and projects that are drafted. They hold some rules at every save (reserved paths,
// lengths) and others only where the attribute changes (the signs of a name, two special ones in a row
// in a project's path): records that are older than those rules live on as they are, and so does a draft of
// them. A change of them obeys all.

// checkReserved refuses the full path of a group or project of which a part is a word that GitLab keeps for itself.
// Users may have such a name, as "admin": there are some from before it was reserved.
func (st *State) checkReserved(path string) error {
	first, below, _ := strings.Cut(Key(path), "/")
	reserved := ""
	if slices.Contains(topLevelWords, first) && st.UserNames[first] == nil {
		reserved = first
	}
	below = "/" + below + "/"
	for _, word := range wildcardWords {
		if strings.Contains(below, "/"+word+"/") {
			reserved = word
		}
	}
	if reserved == "" {
		return nil
	}
	return fmt.Errorf("%q cannot be: "+msgfReserved, shortened(path), reserved)
}

// checkNameModel checks the name of a group or project; changes is that it had another one before.
func checkNameModel(name string, changes bool, pattern *regexp.Regexp, message string) (ps Problems) {
	if tooLong(&name, maxSegmentLength) {
		ps.Addf("name", "Name %s", msgTooLong(maxSegmentLength))
	}
	if changes && !pattern.MatchString(name) {
		ps.Addf("name", "Name %s", message)
	}
	return ps
}
