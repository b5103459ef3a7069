package graphql

// What GitLab makes of a maintenance note (app/helpers/markup_helper.rb): paragraphs, headings, lists, code, emphasis
// and links of GitLab's Markdown. Tables, quotes, nesting, references to issues and users, and HTML are shown as they
// are written.

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

// markdown is a text as HTML; an empty one is empty.
func markdown(text string) string {
	var out []string
	blocks := regexp.MustCompile(`\n[ \t]*\n`).Split(strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), -1)
	for i := 0; i < len(blocks); i++ {
		block := strings.Trim(blocks[i], "\n")
		if fenced, isFenced := strings.CutPrefix(block, codeFence); isFenced {
			for !strings.HasSuffix(fenced, "\n"+codeFence) && i+1 < len(blocks) { // blank lines are part of the code
				i++
				fenced += "\n\n" + blocks[i]
			}
			_, code, _ := strings.Cut(fenced, "\n") // the rest of the first line names the language
			block = strings.TrimSuffix(code, codeFence)
			out = append(out, "<pre><code>"+html.EscapeString(block)+"</code></pre>")
			continue
		}
		if strings.TrimSpace(block) != "" {
			out = append(out, markdownBlock(block))
		}
	}
	return strings.Join(out, "\n")
}

const codeFence = "```"

var (
	heading  = regexp.MustCompile(`^(#{1,6})[ \t]+(.*?)[ \t]*#*$`)
	bullet   = regexp.MustCompile(`^[ ]{0,3}[-*+][ \t]+(.*)$`)
	numbered = regexp.MustCompile(`^[ ]{0,3}\d{1,9}[.)][ \t]+(.*)$`)
)

// markdownBlock is a block without blank lines as HTML.
func markdownBlock(block string) string {
	lines := strings.Split(block, "\n")
	if m := heading.FindStringSubmatch(block); m != nil {
		return fmt.Sprintf(`<h%d dir="auto">%s</h%d>`, len(m[1]), markdownLine(m[2]), len(m[1]))
	}
	for tag, item := range map[string]*regexp.Regexp{"ul": bullet, "ol": numbered} {
		if items, all := itemsOf(lines, item); all {
			return fmt.Sprintf("<%s dir=\"auto\">\n%s\n</%s>", tag, strings.Join(items, "\n"), tag)
		}
	}
	for i, line := range lines {
		lines[i] = markdownLine(strings.TrimSpace(line))
	}
	return `<p dir="auto">` + strings.Join(lines, "\n") + `</p>`
}

// itemsOf are the lines of a block that is a list, as HTML.
func itemsOf(lines []string, item *regexp.Regexp) (items []string, all bool) {
	for _, line := range lines {
		m := item.FindStringSubmatch(line)
		if m == nil {
			return nil, false
		}
		items = append(items, "<li>"+markdownLine(m[1])+"</li>")
	}
	return items, true
}

// inline are the marks within a line, each with what it becomes. They are looked for in text that is escaped already,
// and not within code.
var inline = []struct {
	mark *regexp.Regexp
	html string
}{
	{regexp.MustCompile(`\[([^\]]+)\]\((https?://[^\s)]+)\)`),
		`<a href="$2" rel="nofollow noreferrer noopener" target="_blank">$1</a>`},
	{regexp.MustCompile(`\*\*([^\s*](?:[^*]*[^\s*])?)\*\*`), "<strong>$1</strong>"},
	{regexp.MustCompile(`__([^\s_](?:[^_]*[^\s_])?)__`), "<strong>$1</strong>"},
	{regexp.MustCompile(`\*([^\s*](?:[^*]*[^\s*])?)\*`), "<em>$1</em>"},
	{regexp.MustCompile(`\b_([^\s_](?:[^_]*[^\s_])?)_\b`), "<em>$1</em>"},
	{regexp.MustCompile(`~~([^~]+)~~`), "<del>$1</del>"},
}

// markdownLine is a line as HTML: every other part between backticks is code.
func markdownLine(line string) string {
	parts := strings.Split(line, "`")
	var out strings.Builder
	for i, part := range parts {
		part = html.EscapeString(part)
		switch {
		case i%2 == 1 && i < len(parts)-1:
			out.WriteString("<code>" + part + "</code>")
			continue
		case i%2 == 1: // it has no end
			out.WriteString("`")
		}
		for _, m := range inline {
			part = m.mark.ReplaceAllString(part, m.html)
		}
		out.WriteString(part)
	}
	return out.String()
}
