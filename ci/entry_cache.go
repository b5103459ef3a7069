package ci

import (
	"math"
	"net/url"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

const (
	errTextCaches       = "can only be a hash or an array"
	errTextCachePolicy  = "should be a variable or one of: pull-push, push, pull"
	errTextFallbackKeys = "has to many entries (maximum %d)" // GitLab's words
	errTextCacheKey     = "should be a hash, a string or a symbol"
	errTextNoFiles      = "requires at least 1 item"
	errTextManyFiles    = "has too many items (maximum is %d)"
	errTextExactlyOne   = "must use exactly one of these keys: %s"
	errTextTextOrSymbol = "should be a string or symbol"
	errTextSlash        = `cannot contain the "/" character`
	errTextDots         = `cannot be "." or ".."`
	errTextManyCaches   = "no more than %d caches can be created"
	maxFallbackKeys     = 5
	maxKeyFiles         = 2
	maxCaches           = 4
)

func (r *reader) caches(e entry, value any) {
	all := r.at(strings.TrimSuffix(e.place, "cache") + "caches") // GitLab's name of the list
	list, isList := value.([]any)
	if !isList && !isMap(value) {
		all.addf("config", errTextCaches)
	}
	if len(list) > maxCaches {
		all.addf("config", errTextManyCaches, maxCaches)
	}
	if !all.fine() {
		return
	}
	list, _ = flattened(one(value), math.MaxInt)
	for _, each := range list {
		c := r.at(e.place)
		m, ok := each.(*ciyaml.Map)
		if !ok {
			c.addf("config", errTextHash)
			continue
		}
		r.cache(c, m)
	}
}

func (r *reader) cache(e entry, m *ciyaml.Map) {
	e.keys(m, "key", "untracked", "paths", "when", "policy", "unprotect", "fallback_keys")
	if policy := m.Get("policy"); !ciyaml.Blank(policy) {
		e.field(m, "policy", errTextText, isText)
		// GitLab looks for these words anywhere in the text.
		if text := ciyaml.Text(policy); !strings.Contains(text, "push") && !strings.ContainsAny(text, "$") &&
			!strings.Contains(text, "pull") {
			e.addf("policy", errTextCachePolicy)
		}
	}
	e.oneOf(m, "when", "on_success", "on_failure", "always")
	if keys := m.Get("fallback_keys"); keys != nil && length(keys) > maxFallbackKeys {
		e.addf("fallback keys", errTextFallbackKeys, maxFallbackKeys)
	}
	if !e.fine() {
		return
	}
	if key := m.Get("key"); key != nil {
		r.cacheKey(e.below("key"), key)
	}
	for _, key := range []string{"unprotect", "untracked"} {
		if value := m.Get(key); value != nil && !isBoolean(value) {
			e.below(key).addf("config", errTextBoolean)
		}
	}
	for _, key := range []string{"paths", "fallback_keys"} {
		if value := m.Get(key); value != nil && !isTexts(value) {
			e.below(key).addf("config", errTextTexts)
		}
	}
}

func (r *reader) cacheKey(e entry, value any) {
	switch v := value.(type) {
	case string, ciyaml.Symbol:
		e.key(v)
	case *ciyaml.Map:
		e.keys(v, "files", "files_commits", "prefix")
		switch files, commits := v.Has("files"), v.Has("files_commits"); {
		case files && commits:
			e.addf("config", errTextExactlyOne, "files, files_commits")
		case !commits:
			e.required(v, "files") // the newest say errTextExactlyOne here, too
		}
		if !e.fine() {
			return
		}
		for _, key := range []string{"files", "files_commits"} {
			if files := v.Get(key); files != nil {
				e.below(key).keyFiles(files)
			}
		}
		if prefix := v.Get("prefix"); prefix != nil {
			e.below("prefix").key(prefix)
		}
	default:
		e.kindf(errTextCacheKey)
	}
}

// key wants a text that names no folder.
func (e entry) key(value any) {
	if !isWord(value) {
		e.addf("config", errTextTextOrSymbol)
		return
	}
	text, err := url.QueryUnescape(ciyaml.Text(value))
	if err != nil { // CGI.unescape leaves what is no escape
		text = strings.ReplaceAll(strings.ReplaceAll(ciyaml.Text(value), "%2F", "/"), "%2f", "/")
	}
	if strings.Contains(text, "/") {
		e.addf("config", errTextSlash)
	} else if text == "." || text == ".." {
		e.addf("config", errTextDots)
	}
}

// keyFiles wants one or two names of files. A text has a length for GitLab, too.
func (e entry) keyFiles(value any) {
	if !isTexts(value) {
		e.addf("config", errTextTexts)
	}
	if n := length(value); n == 0 {
		e.addf("config", errTextNoFiles)
	} else if n > maxKeyFiles {
		e.addf("config", errTextManyFiles, maxKeyFiles)
	}
}
