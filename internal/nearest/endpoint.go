package nearest

import (
	"cmp"
	"slices"
	"strings"
)

// CutEndpoint splits an endpoint, "PUT /runners/:id", into method and path.
func CutEndpoint(endpoint string) (method, path string) {
	method, path, _ = strings.Cut(endpoint, " ")
	return method, path
}

// Methods returns those of the served endpoints ("PUT /runners/:id") that path would reach with another method, in
// their order. Path is a path below /api/v4, or an endpoint's own with parameters as :name.
func Methods(path string, served []string) []string {
	var same []string
	for _, endpoint := range served {
		_, pattern := CutEndpoint(endpoint)
		if cost, near := pathCost(segments(path), segments(pattern)); near && cost == 0 {
			same = append(same, endpoint)
		}
	}
	// A segment that an endpoint has literally is no parameter's value: the "all" of /runners/all is no runner's id.
	if slices.ContainsFunc(same, func(endpoint string) bool { return strings.HasSuffix(endpoint, " "+path) }) {
		same = slices.DeleteFunc(same, func(endpoint string) bool { return !strings.HasSuffix(endpoint, " "+path) })
	}
	return same
}

// Endpoint returns the served endpoint that method and path were probably meant for: the one with the nearest path, and
// of those with that path the one with the likest method. It is false when no path is near.
func Endpoint(method, path string, served []string) (string, bool) {
	type candidate struct {
		endpoint   string
		path, verb int
	}
	var near []candidate
	for _, endpoint := range served {
		verb, pattern := CutEndpoint(endpoint)
		if cost, ok := pathCost(segments(path), segments(pattern)); ok {
			near = append(near, candidate{endpoint, cost, methodCost(method, verb)})
		}
	}
	if len(near) == 0 {
		return "", false
	}
	return slices.MinFunc(near, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.verb, b.verb), strings.Compare(a.endpoint, b.endpoint))
	}).endpoint, true
}

// Encoded returns path with the full path of a project or group in it URL-encoded, as GitLab wants it
// ("/projects/acme%2Fshop/runners" for "/projects/acme/shop/runners"), if one of the served endpoints is reached that
// way.
func Encoded(method, path string, served []string) (string, bool) {
	parts := segments(path)
	if len(parts) < 3 || !namedByPath(parts[0]) || fitsParameter(parts[1], false) {
		return "", false // what follows is no part of a full path
	}
	for end := 3; end <= len(parts); end++ { // the shortest, so that what can be a segment of an endpoint stays one
		if isLiteral(parts[end-1], served) {
			break
		}
		joined := append([]string{parts[0], strings.Join(parts[1:end], "%2F")}, parts[end:]...)
		encoded := "/" + strings.Join(joined, "/")
		reached := Methods(encoded, served)
		if slices.ContainsFunc(reached, func(e string) bool { return strings.HasPrefix(e, method+" ") }) {
			return encoded, true
		}
	}
	return "", false
}

// isLiteral reports whether a segment is one that the served endpoints have, and so hardly part of a full path.
func isLiteral(segment string, served []string) bool {
	return slices.ContainsFunc(served, func(endpoint string) bool {
		_, pattern := CutEndpoint(endpoint)
		return slices.Contains(segments(pattern), segment)
	})
}

// Pattern returns the path that an endpoint for such requests would have in GitLab's documentation:
// "/projects/:id/pipelines/:pipeline_id" for "/projects/12/pipelines/5".
func Pattern(path string) string {
	parts := segments(path)
	named := 0
	for i, part := range parts {
		isID := isNumber(part) || i > 0 && namedByPath(parts[i-1]) && isEncoded(part)
		if !isID {
			continue
		}
		parts[i] = ":id"
		if named > 0 && i > 0 {
			parts[i] = ":" + strings.TrimSuffix(parts[i-1], "s") + "_id"
		}
		named++
	}
	return "/" + strings.Join(parts, "/")
}

// pathCost is how far a path is from an endpoint's, and whether it is near at all. Both must have the same number of
// segments: a path with one more is a different resource, not a misspelt one.
func pathCost(path, pattern []string) (cost int, near bool) {
	if len(path) != len(pattern) {
		return 0, false
	}
	for i := range path {
		if strings.HasPrefix(pattern[i], ":") {
			if !fitsParameter(path[i], i > 0 && namedByPath(pattern[i-1])) {
				return 0, false
			}
			continue
		}
		slips, near := resemblance(path[i], pattern[i])
		if !near {
			return 0, false
		}
		cost += slips
	}
	return cost, true
}

// fitsParameter is whether a segment can be the value of a parameter: a number, a parameter itself, an encoded full
// path or, where GitLab takes one, a full path of one word.
func fitsParameter(segment string, byPath bool) bool {
	return byPath || isNumber(segment) || strings.HasPrefix(segment, ":") || isEncoded(segment)
}

func isEncoded(segment string) bool { return strings.Contains(strings.ToUpper(segment), "%2F") }

func namedByPath(collection string) bool { return collection == "projects" || collection == "groups" }

func methodCost(a, b string) int {
	writes := func(method string) bool { return method == "POST" || method == "PUT" || method == "PATCH" }
	switch {
	case strings.EqualFold(a, b):
		return 0
	case writes(a) && writes(b):
		return 1
	default:
		return 2
	}
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
