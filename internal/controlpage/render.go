package controlpage

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"regexp"
	"strings"
	"sync"
	"time"
)

//go:embed *.html style.css script.js
var sources embed.FS

// parsed is what is made of the sources when a page is first asked for. It is no sync.OnceValue, which would be made
// when the program starts.
var parsed struct {
	once          sync.Once
	pages         *template.Template
	style, script string
	policy        string
	// How a terminal is told of colours, and how gitlab-runner marks the parts of a log.
	terminal, section *regexp.Regexp
}

func parse() {
	parsed.once.Do(func() {
		parsed.terminal = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)
		parsed.section = regexp.MustCompile(`section_(start|end):\d+:[\w.-]+(?:\[[^\]]*\])?`)
		style, _ := sources.ReadFile("style.css") // both are embedded
		script, _ := sources.ReadFile("script.js")
		parsed.style, parsed.script = string(style), string(script)
		parsed.policy = "default-src 'none'; style-src " + hash(parsed.style) + "; script-src " + hash(parsed.script) +
			"; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
		functions := template.FuncMap{
			"ago": ago, "join": strings.Join, "tone": toneOf, "clock": clock, "day": day, "stamp": stamp, "spans": spans,
			"style":  func() template.CSS { return template.CSS(parsed.style) },
			"script": func() template.JS { return template.JS(parsed.script) },
			"policy": func() string { return strings.Replace(parsed.policy, "; frame-ancestors 'none'", "", 1) },
			"lower":  strings.ToLower, "dict": dict,
		}
		parsed.pages = template.Must(template.New("").Funcs(functions).ParseFS(sources, "*.html"))
	})
}

// hash is how a Content-Security-Policy names the one style or script that it allows.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Policy is the pages' Content-Security-Policy. It allows what they need and no more: their own style and script, and
// requests to the fake.
func Policy() string {
	parse()
	return parsed.policy
}

// Shell is what all pages have in common.
type Shell struct {
	Title        string // of the page; "" is the overview
	Version, URL string
	Now          time.Time
	Find         string // the words that are looked for
	Up           string // how an address on the page leads to the overview: "./", "../"
	// Asked: what is on the page is asked for when it is opened, and not every second.
	Asked bool
	// Frozen is a page in a file: nothing answers its buttons.
	Frozen bool
}

// View is what one page shows.
type View interface{ template() string }

// HTML is a whole page.
func HTML(v View) (string, error) {
	parse()
	var text strings.Builder
	err := parsed.pages.ExecuteTemplate(&text, v.template(), v)
	return text.String(), err
}

// dict is what a template hands to another one: names and values in turns.
func dict(of ...any) map[string]any {
	values := map[string]any{}
	for i := 0; i+1 < len(of); i += 2 {
		values[of[i].(string)] = of[i+1]
	}
	return values
}
