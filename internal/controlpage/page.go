// Package controlpage is the page that shows a person a fake's world and journal as they change. It knows no fake: it
// is given what to show as plain values.
//
// It brings html/template along, which makes a program some megabytes larger. So that Go's linker leaves it out of
// programs that never serve the page, nothing here may be made when the program starts, and only the control API may
// call it.
package controlpage

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"
)

//go:embed page.html
var source string

// page is the template, parsed when it is first asked for. It is no sync.OnceValue, which would be made when the
// program starts.
var page struct {
	once     sync.Once
	template *template.Template
}

func parsed() *template.Template {
	page.once.Do(func() {
		functions := template.FuncMap{"ago": ago, "join": strings.Join}
		page.template = template.Must(template.New("page").Funcs(functions).Parse(source))
	})
	return page.template
}

// HTML is the whole page.
func (v View) HTML() (string, error) {
	var text strings.Builder
	err := parsed().Execute(&text, v)
	return text.String(), err
}

// ago is a time as seen from now: "3 h ago".
func ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d, suffix := now.Sub(t), " ago"
	if d < 0 {
		d, suffix = -d, " ahead"
	}
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s%s", d/time.Second, suffix)
	case d < time.Hour:
		return fmt.Sprintf("%d min%s", d/time.Minute, suffix)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h%s", d/time.Hour, suffix)
	}
	return fmt.Sprintf("%d days%s", d/(24*time.Hour), suffix)
}
