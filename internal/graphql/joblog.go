package graphql

// What the end of a job's log is in HTML (app/graphql/types/ci/job_trace_type.rb, lib/gitlab/ci/ansi2html.rb).

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

const (
	mostLogLines = 100
	mostLogBytes = 16 << 10
)

// logOf is the job whose log is shown, to those who may read it; null where there is none.
func logOf(c *call, x *exec, j *world.Job) any {
	if j.Log.Size == 0 {
		return nil
	}
	return shown(x, c.OnJob(j, policy.ReadBuildTrace), j)
}

func logRows() rows {
	return rows{"htmlSummary": asked(func(_ *call, _ *exec, j *world.Job, a args) (any, error) {
		lines, _ := a["lastLines"].(int)
		return htmlOfLog(tailOf(j.Log.Bytes(), min(max(lines, 1), mostLogLines))), nil
	})}
}

// tailOf are the last lines of a log, but for what is more than GitLab reads of them.
func tailOf(log []byte, lines int) string {
	from := len(log)
	for ; lines > 0 && from > 0; lines-- {
		from = bytes.LastIndexByte(log[:from-1], '\n') + 1
	}
	from = max(from, len(log)-mostLogBytes)
	return strings.ToValidUTF8(string(log[from:]), "\uFFFD")
}

// What stands in a log beside its text.
var (
	lineStamp   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z [0-9a-f]{2}[EO]([ +])`)
	sectionMark = regexp.MustCompile(
		`^section_(start|end):(\d+):([a-zA-Z0-9_.-]+)(\[\w+=\w+(, ?\w+=\w+)*\])?\r\x1b\[0K`)
	sequence     = regexp.MustCompile(`^\x1b([@-_])(.*?)([@-~])`)
	cutSequence  = regexp.MustCompile(`^\x1b([@-_].*?)?(\n|$)`)
	lineEnd      = regexp.MustCompile(`^\r?\n`)
	noClassChars = regexp.MustCompile(`[^a-z0-9]`)
)

// logHTML is the HTML of a log while it is written.
type logHTML struct {
	out      strings.Builder
	open     bool // a span is
	fg, bg   string
	styles   [len(logStyles)]bool
	sections []string
	line     int // of the innermost section, from 0
}

// logStyles are the styles of text, with the codes that turn each on and off.
var logStyles = [...]struct {
	name    string
	on, off []string
}{
	{"bold", []string{"1"}, []string{"21", "22"}}, {"italic", []string{"3"}, []string{"23"}},
	{"underline", []string{"4"}, []string{"24"}}, {"conceal", []string{"8"}, []string{"28"}},
	{"cross", []string{"9"}, []string{"29"}},
}

var logColors = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

func htmlOfLog(log string) string {
	var h logHTML
	for _, line := range joinedLines(log) {
		h.writeLine(line)
	}
	h.close()
	return h.out.String()
}

// joinedLines are the lines of a log without the times that stand before them; one that continues the line before is
// joined to it.
func joinedLines(log string) (lines []string) {
	for line := range strings.Lines(log) {
		stamp := lineStamp.FindStringSubmatch(line)
		if stamp == nil {
			lines = append(lines, line)
			continue
		}
		line = line[len(stamp[0]):]
		if stamp[1] == "+" && len(lines) > 0 {
			last := &lines[len(lines)-1]
			*last = strings.TrimRight(*last, "\r\n") + line
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

func (h *logHTML) writeLine(line string) {
	for line != "" {
		var m []string
		if m = sectionMark.FindStringSubmatch(line); m != nil {
			h.section(m[1], m[2], noClassChars.ReplaceAllString(strings.ToLower(m[3]), "-"))
		} else if m = sequence.FindStringSubmatch(line); m != nil {
			h.sequence(m[1], m[2], m[3])
		} else if cutSequence.MatchString(line) {
			return
		} else if m = lineEnd.FindStringSubmatch(line); m != nil {
			h.newLine()
		} else {
			_, size := utf8.DecodeRuneInString(line)
			m = []string{line[:size]}
			h.write(strings.ReplaceAll(m[0], "<", "&lt;"))
		}
		line = line[len(m[0]):]
	}
}

// newLine ends a line; the first of a section is its header, which stands for itself.
func (h *logHTML) newLine() {
	h.write("<br/>")
	if len(h.sections) > 0 && h.line == 0 {
		h.close()
	}
	h.line++
}

func (h *logHTML) section(what, at, name string) {
	known := slices.Contains(h.sections, name)
	if what == "start" && !known {
		h.sections, h.line = append(h.sections, name), 0
		h.close()
		fmt.Fprintf(&h.out, `<div class="section-start" data-timestamp="%s" data-section="%s" role="button"></div>`,
			at, strings.Join(h.sections, " "))
	}
	for what == "end" && known { // with all that were begun in it
		h.close()
		fmt.Fprintf(&h.out, `<div class="section-end" data-section="%s"></div>`, strings.Join(h.sections, " "))
		last := len(h.sections) - 1
		known = h.sections[last] != name
		h.sections = h.sections[:last]
	}
}

// sequence is a control sequence, of which those count that change colors and styles.
func (h *logHTML) sequence(indicator, commands, terminator string) {
	if indicator != "[" || terminator != "m" {
		return
	}
	h.close()
	codes := strings.Split(commands, ";")
	if commands == "" {
		codes = []string{"0"}
	}
	for len(codes) > 0 {
		codes = h.code(codes[0], codes[1:])
	}
}

// code follows one code, and returns those that are left of the ones after it.
func (h *logHTML) code(code string, rest []string) []string {
	n, _ := strconv.Atoi(code)
	if strconv.Itoa(n) != code {
		return rest
	}
	for i, s := range logStyles {
		h.styles[i] = (h.styles[i] || slices.Contains(s.on, code)) && !slices.Contains(s.off, code)
	}
	target, of := &h.fg, "fg"
	if n/10 == 4 || n/10 == 10 {
		target, of = &h.bg, "bg"
	}
	switch {
	case code == "0":
		h.fg, h.bg, h.styles = "", "", [len(logStyles)]bool{}
	case (n == 38 || n == 48) && len(rest) >= 2 && rest[0] == "5":
		if color, _ := strconv.Atoi(rest[1]); color >= 0 && color <= 255 {
			*target = fmt.Sprintf("xterm-%s-%d", of, color)
		}
		return rest[2:]
	case n >= 30 && n <= 49 && n%10 == 9, n == 99, n == 109:
		*target = ""
	case n >= 30 && n <= 47 && n%10 < len(logColors):
		*target = "term-" + of + "-" + logColors[n%10]
	case n >= 90 && n <= 107 && n%10 < len(logColors):
		*target = "term-" + of + "-l-" + logColors[n%10]
	}
	return rest
}

// write adds to the text, in a span that looks as the last codes say.
func (h *logHTML) write(text string) {
	if !h.open {
		h.open = true
		if classes := h.classes(); len(classes) > 0 {
			fmt.Fprintf(&h.out, `<span class="%s">`, strings.Join(classes, " "))
		} else {
			h.out.WriteString("<span>")
		}
	}
	h.out.WriteString(text)
}

func (h *logHTML) classes() (classes []string) {
	if fg, plain := strings.CutPrefix(h.fg, "term-fg-"); h.styles[0] && plain && !strings.HasPrefix(fg, "l-") {
		h.fg = "term-fg-l-" + fg // bold text has the lighter color, and keeps it
	}
	for _, color := range []string{h.fg, h.bg} {
		if color != "" {
			classes = append(classes, color)
		}
	}
	for i, s := range logStyles {
		if h.styles[i] {
			classes = append(classes, "term-"+s.name)
		}
	}
	if len(h.sections) == 0 {
		return classes
	}
	place := "line"
	if h.line == 0 {
		place = "section-header"
	}
	classes = append(classes, "section", place)
	for _, s := range h.sections {
		classes = append(classes, "js-s-"+s)
	}
	return classes
}

func (h *logHTML) close() {
	if h.open {
		h.out.WriteString("</span>")
		h.open = false
	}
}
