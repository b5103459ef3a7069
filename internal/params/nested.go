package params

import "strings"

// maxDepth is Rack's limit of brackets in a name.
const maxDepth = 32

// parseNested adds the pairs of a query string or form to tree by Rack's conventions: a[]=1 is a list, a[b]=1 a hash.
// A query is also cut at semicolons (Rack 2.2), a form is not.
func parseNested(tree Tree, s, separators string) *Error {
	unescape := unescape
	if len(s) > largeForm {
		unescape = unescapeApart
	}
	for s != "" {
		pair := s
		if i := strings.IndexAny(s, separators); i >= 0 {
			pair, s = s[:i], strings.TrimLeft(s[i+1:], " ")
		} else {
			s = ""
		}
		rawName, rawValue, hasValue := strings.Cut(pair, "=")
		name, ok := unescape(rawName)
		if !ok {
			return badEncoding()
		}
		var value any // a name without "=" is null
		if hasValue {
			text, ok := unescape(rawValue)
			if !ok {
				return badEncoding()
			}
			value = text
		}
		if !insert(tree, name, value) {
			return badEncoding()
		}
	}
	return nil
}

// largeForm is the length from which on names and values are copied out of what they came in, in bytes. Some of them
// are kept for good, as the description of a group is, and what they came in with them.
const largeForm = 4 << 10

// unescapeApart is unescape whose text shares nothing with s.
func unescapeApart(s string) (text string, ok bool) {
	text, ok = unescape(s)
	return strings.Clone(text), ok
}

// unescape decodes a form component; ok is false for a bad escape and for what GitLab refuses in any string.
func unescape(s string) (text string, ok bool) {
	if strings.ContainsAny(s, "%+") {
		var b strings.Builder
		b.Grow(len(s))
		for i := 0; i < len(s); i++ {
			switch c := s[i]; c {
			case '+':
				b.WriteByte(' ')
			case '%':
				if i+2 >= len(s) {
					return "", false
				}
				high, low := unhex(s[i+1]), unhex(s[i+2])
				if high < 0 || low < 0 {
					return "", false
				}
				b.WriteByte(byte(high<<4 | low))
				i += 2
			default:
				b.WriteByte(c)
			}
		}
		s = b.String()
	}
	return s, !malformed(s)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	default:
		return -1
	}
}

// insert puts value at the place that a bracketed name describes; false when the name is too deep or clashes with an
// earlier one (a=1&a[b]=2).
func insert(tree Tree, name string, value any) bool {
	_, ok := store(tree, name, value, maxDepth)
	return ok
}

// store is Rack's recursive rule. It returns what now stands in the parent's place: tree itself, but null for a name
// without any letter, and a list for "[]" alone.
func store(tree Tree, name string, value any, depth int) (any, bool) {
	if depth <= 0 {
		return nil, false
	}
	key, rest := splitName(name)
	switch {
	case key == "":
		if name == "[]" && value != nil {
			return []any{value}, true
		}
		return nil, true
	case rest == "":
		tree[key] = value
	case rest == "[":
		tree[name] = value
	case strings.HasPrefix(rest, "[]"):
		return tree, appendTo(tree, key, rest[2:], value, depth)
	default:
		child, isTree := tree[key].(Tree)
		if tree[key] == nil {
			child, isTree = Tree{}, true
		}
		if !isTree {
			return nil, false
		}
		stored, ok := store(child, rest, value, depth-1)
		if !ok {
			return nil, false
		}
		tree[key] = stored
	}
	return tree, true
}

// appendTo adds to the list at key: the value itself, or, when more of the name follows, a hash. Consecutive fields of
// one hash (a[][x]=1&a[][y]=2) go into the same element until a field repeats.
func appendTo(tree Tree, key, childName string, value any, depth int) bool {
	list, isList := tree[key].([]any)
	if !isList && tree[key] != nil {
		return false
	}
	if childName == "" {
		tree[key] = append(list, value)
		return true
	}
	if len(list) > 0 {
		if last, ok := list[len(list)-1].(Tree); ok && !hasPath(last, childName) {
			_, ok := store(last, childName, value, depth-1)
			return ok
		}
	}
	element, ok := store(Tree{}, childName, value, depth-1)
	if !ok {
		return false
	}
	tree[key] = append(list, element)
	return true
}

// splitName cuts a name after its first key: "a[b][c]" is "a" and "[b][c]", "[b][c]" is "b" and "[c]".
func splitName(name string) (key, rest string) {
	name = strings.TrimLeft(name, "[]")
	end := strings.IndexAny(name, "[]")
	if end < 0 {
		return name, ""
	}
	return name[:end], strings.TrimLeft(name[end:], "]")
}

// hasPath reports whether the hash already has the place a bracketed name describes.
func hasPath(tree Tree, name string) bool {
	if strings.Contains(name, "[]") {
		return false
	}
	var at any = tree
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '[' || r == ']' }) {
		hash, ok := at.(Tree)
		if !ok {
			return false
		}
		if at, ok = hash[part]; !ok {
			return false
		}
	}
	return true
}
