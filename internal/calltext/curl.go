package calltext

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Curl is a shell command that sends the request again, credentials included. A body that is no text travels as base64.
func (c Call[E]) Curl() string {
	target := c.Origin + c.Path
	if len(c.Query) > 0 {
		target += "?" + c.Query.Encode()
	}
	command := []string{"curl"}
	if strings.ContainsAny(target, "[]{}") {
		command = append(command, "--globoff")
	}
	if c.Method == http.MethodHead {
		command = append(command, "--head", shellQuote(target)) // curl would wait for a body after -X HEAD
	} else {
		command = append(command, "-X", shellQuote(c.Method), shellQuote(target))
	}
	command = append(command, c.curlHeaders()...)
	switch {
	case len(c.Body) == 0:
	case utf8.Valid(c.Body) && !strings.Contains(string(c.Body), "\x00"):
		command = append(command, "--data-raw", shellQuote(string(c.Body)))
	default:
		encoded := base64.StdEncoding.EncodeToString(c.Body)
		command = append([]string{"echo", encoded, "|", "base64", "-d", "|"}, append(command, "--data-binary", "@-")...)
	}
	return strings.Join(command, " ")
}

// curlHeaders leaves out what curl sends by itself and what belongs to the client's own connection.
func (c Call[E]) curlHeaders() []string {
	var options []string
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		switch http.CanonicalHeaderKey(name) {
		case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "User-Agent", "Expect":
			continue
		}
		for _, value := range c.Header[name] {
			header := name + ": " + value
			if value == "" {
				header = name + ";" // how curl is told of an empty one
			}
			options = append(options, "-H", shellQuote(header))
		}
	}
	if len(c.Body) > 0 && c.Header.Get("Content-Type") == "" {
		options = append(options, "-H", shellQuote("Content-Type:")) // else curl calls it a form
	}
	return options
}

func shellQuote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
