package params

import (
	"net/url"
	"slices"
	"strings"
)

// Query returns everything as a query string in the form of Rails' Hash#to_query, which GitLab's Link headers have:
// sorted pairs, lists as k%5B%5D=a&k%5B%5D=b in their own order, null as "k=", empty lists and hashes left out.
func (v Values) Query() string { return hashQuery("", v.data) }

func hashQuery(namespace string, hash Tree) string {
	pairs := make([]string, 0, len(hash))
	for name, value := range hash {
		if namespace != "" {
			name = namespace + "[" + name + "]"
		}
		if pair := valueQuery(name, value); pair != "" {
			pairs = append(pairs, pair)
		}
	}
	slices.Sort(pairs) // Rails sorts the finished pairs, not the names
	return strings.Join(pairs, "&")
}

// valueQuery returns "" for an empty list or hash.
func valueQuery(name string, value any) string {
	switch value := value.(type) {
	case Tree:
		return hashQuery(name, value)
	case []string:
		return listQuery(name, value)
	case []any:
		return listQuery(name, value)
	default:
		return url.QueryEscape(name) + "=" + url.QueryEscape(text(value))
	}
}

func listQuery[T any](name string, list []T) string {
	pairs := make([]string, 0, len(list))
	for _, element := range list {
		if pair := valueQuery(name+"[]", element); pair != "" {
			pairs = append(pairs, pair)
		}
	}
	return strings.Join(pairs, "&")
}
