package world

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Key is what a username or path is found by: names differ from each other in more than upper and lower case.
func Key(nameOrPath string) string { return strings.ToLower(nameOrPath) }

// IsNumber reports whether an id in a path is a number to GitLab: digits, with at most a minus before them.
func IsNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// Decimal is what a number looks like that may have a fraction.
var Decimal = regexp.MustCompile(`^-?\d+(\.\d+)?$`)

// fitsNumber reports whether a text is a number that an int can be.
func fitsNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil && IsNumber(s)
}

// SplitPath cuts a full path into its parent's path, which is empty at the top, and its last part.
func SplitPath(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

// Ancestors yields the paths above path, the nearest first: for "a/b/c", "a/b" and "a". It yields none for a path that
// is deeper than one can be.
func Ancestors(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		if strings.Count(path, "/") > maxAncestors+1 { // of a project, in a group with all of them
			return
		}
		for i := strings.LastIndexByte(path, '/'); i > 0; i = strings.LastIndexByte(path[:i], '/') {
			if !yield(path[:i]) {
				return
			}
		}
	}
}

// The parts of paths: of groups and users, and the last ones of projects (lib/gitlab/path_regex.rb,
// NAMESPACE_FORMAT_REGEX and PROJECT_PATH_FORMAT_REGEX; app/models/namespace.rb, URL_MAX_LENGTH).
var (
	segmentPattern = regexp.MustCompile(`^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*$`)
	dotsAlone      = regexp.MustCompile(`^\.+$`)
)

// What GitLab says of other paths, after lib/gitlab/path_regex.rb (namespace_format_message,
// project_path_format_message).
const (
	msgNamespacePath = "each part can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in " +
		"'.', '.git' or '.atom'"
	msgProjectPath = "its last part can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in " +
		"'.git' or end in '.atom'"
	msgfPathTooLong = "each part is %d characters long at most"
)

const maxSegmentLength = 255 // characters

// checkPath refuses the path of a group or user or, if so asked, of a project, of which a part can be none.
func checkPath(what, path string, ofProject bool) error {
	last := strings.LastIndexByte(path, '/') + 1
	for at := 0; at <= len(path); {
		s, _, _ := strings.Cut(path[at:], "/")
		why := ""
		switch {
		case len(s) > maxSegmentLength:
			why = fmt.Sprintf(msgfPathTooLong, maxSegmentLength)
		case !segmentPattern.MatchString(s), strings.HasSuffix(s, ".git"), strings.HasSuffix(s, ".atom"):
			why = msgNamespacePath
		case ofProject && at == last:
			if dotsAlone.MatchString(s) {
				why = msgProjectPath
			}
		case strings.HasSuffix(s, "."):
			why = msgNamespacePath
		}
		if why != "" {
			return fmt.Errorf("%q is no %s: %s", shortened(path), what, why)
		}
		at += len(s) + 1
	}
	return nil
}

// shortened is a name as an error has it, which is not to be as long as an absurd name is.
func shortened(s string) string {
	if len(s) <= maxSegmentLength {
		return s
	}
	return strings.ToValidUTF8(s[:maxSegmentLength], "") + "..."
}

// maxAncestors is how many groups a group may have above it (app/models/namespace.rb, NUMBER_OF_ANCESTORS_ALLOWED).
const maxAncestors = 20

// checkNesting refuses the path of a group that would lie too deep (app/models/namespace.rb, nesting_level_allowed).
func checkNesting(path string) error {
	if n := strings.Count(path, "/"); n > maxAncestors {
		return fmt.Errorf("%s: a group has %d groups above it at most, this one would have %d", msgTooDeep, maxAncestors, n)
	}
	return nil
}

// msgTooDeep is app/models/namespace.rb's word for that.
const msgTooDeep = "Parent has too deep level of nesting"

// maxID is the highest id that a record may be given, half of the largest int, whose size is the machine's. The ids of
// GitLab's database go up to twice that; with room above them the next one can always be counted, and a number in a
// request that no id can be is never cut to one.
const maxID = math.MaxInt/2 + 1

// checkID refuses ids that GitLab gives to nothing.
func checkID(what string, id int) error {
	switch {
	case id < 0:
		return fmt.Errorf("%s id %d is negative", what, id)
	case id > maxID:
		return fmt.Errorf("%s id %d is too large; the largest is %d", what, id, maxID)
	}
	return nil
}
