package controlpage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

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

// clock, day and stamp are a time by the fake's clock: 12:00:30, 2024-07-01, and for machines.
func clock(t time.Time) string { return t.UTC().Format("15:04:05") }
func day(t time.Time) string   { return t.UTC().Format("2006-01-02") }
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// maxBody is the most that a page shows of a body, in bytes.
const maxBody = 256 << 10

func isText(body []byte) bool { return utf8.Valid(body) && bytes.IndexByte(body, 0) < 0 }

// bodyText is a body for a person to read: JSON indented, a text as it is.
func bodyText(body []byte) string {
	switch {
	case len(body) == 0:
		return ""
	case !isText(body):
		return fmt.Sprintf("%d bytes that are no text", len(body))
	}
	text := pretty(body)
	if len(text) > maxBody {
		return strings.ToValidUTF8(text[:maxBody], "") + fmt.Sprintf("\n… and %d bytes more", len(text)-maxBody)
	}
	return text
}

// pretty is JSON with indentation, and any other text as it is.
func pretty(text []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, text, "", "  ") != nil {
		return string(text)
	}
	return out.String()
}

// valueText is a parameter for a person to read.
func valueText(value any) string {
	if text, is := value.(string); is {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// LogTail is how many bytes of a log a page shows at the most: it is made anew every second.
const LogTail = 64 << 10

// LogOf is the end of a log of so many bytes.
func LogOf(tail []byte, size int64) Log {
	log := Log{Left: size - int64(len(tail))}
	if log.Left > 0 { // it begins with a whole line
		cut := bytes.IndexByte(tail, '\n') + 1
		log.Left += int64(cut)
		tail = tail[cut:]
	}
	at := log.Left
	for line := range bytes.Lines(tail) {
		shown, marked := LogLine{At: at}, false
		shown.Text, marked, shown.Section = lineText(string(line))
		at += int64(len(line))
		if marked && shown.Text == "" {
			continue
		}
		if log.Left == 0 {
			shown.Number = len(log.Lines) + 1
		}
		log.Lines = append(log.Lines, shown)
	}
	return log
}

// lineText is a line as a terminal would leave it: without colours and what is written over, and without the marks with
// which gitlab-runner says that a part of the log begins or ends.
func lineText(line string) (text string, marked, begins bool) {
	parse()
	line = strings.TrimRight(parsed.terminal.ReplaceAllString(strings.ToValidUTF8(line, "\uFFFD"), ""), "\r\n")
	for _, mark := range parsed.section.FindAllStringSubmatch(line, -1) {
		marked, begins = true, begins || mark[1] == "start"
	}
	line = unmarked(line)
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	return line, marked, begins
}

// unmarked is a text without colours and marks.
func unmarked(text string) string {
	parse()
	return parsed.section.ReplaceAllString(parsed.terminal.ReplaceAllString(text, ""), "")
}
