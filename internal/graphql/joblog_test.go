package graphql

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What spec/lib/gitlab/ci/ansi2html_spec.rb has.
func TestHTMLOfLogs(t *testing.T) {
	const start, end = "section_start:1505865600:a.Legit_one[collapsed=true]\r\x1b[0K", "section_end:1505865603:a.Legit_one\r\x1b[0K"
	const startHTML = `<div class="section-start" data-timestamp="1505865600" data-section="a-legit-one" role="button"></div>`
	const endHTML = `<div class="section-end" data-section="a-legit-one"></div>`
	for log, want := range map[string]string{
		"":                               "",
		"Hello":                          "<span>Hello</span>",
		"Hello \x1b[2Kworld":             "<span>Hello world</span>",
		"\x1b[31mHello\x1b[0m":           `<span class="term-fg-red">Hello</span>`,
		"\x1b[31mHello\x1b[m you":        `<span class="term-fg-red">Hello</span><span> you</span>`,
		"\x1b[39;44mHello":               `<span class="term-bg-blue">Hello</span>`,
		"\x1b[31;44mHello \x1b[33mworld": `<span class="term-fg-red term-bg-blue">Hello </span><span class="term-fg-yellow term-bg-blue">world</span>`,
		"\x1b[51mHello\x1b[0m":           "<span>Hello</span>",
		"\x1b[91mHello":                  `<span class="term-fg-l-red">Hello</span>`,
		"\x1b[101mHello\x1b[109m!":       `<span class="term-bg-l-red">Hello</span><span>!</span>`,
		"\x1b[1mHello\x1b[22m world":     `<span class="term-bold">Hello</span><span> world</span>`,
		"\x1b[3;4;8;9mHello":             `<span class="term-italic term-underline term-conceal term-cross">Hello</span>`,
		"\x1b[38;5;16;45mHello":          `<span class="xterm-fg-16 term-bg-magenta">Hello</span>`,
		"\x1b[38;5;0mHello":              `<span class="xterm-fg-0">Hello</span>`,
		"\x1b[31;9mHello":                `<span class="term-fg-red term-cross">Hello</span>`,
		"\x1b[31;29mHello":               `<span class="term-fg-red">Hello</span>`,
		"\x1b[48;5;240mHello":            `<span class="xterm-bg-240">Hello</span>`,
		"\x1b[48;5;256;38;1mHello":       `<span class="term-bold">Hello</span>`,
		"\x1b[1;31mHello\x1b[21m!":       `<span class="term-fg-l-red term-bold">Hello</span><span class="term-fg-l-red">!</span>`,
		"\x1b[1;91mHello":                `<span class="term-fg-l-red term-bold">Hello</span>`,
		// Where the numbers of colors begin and end, and what looks like one.
		"\x1b[30mx\x1b[37my\x1b[39mz":                                      `<span class="term-fg-black">x</span><span class="term-fg-white">y</span><span>z</span>`,
		"\x1b[40mx\x1b[47my\x1b[49mz":                                      `<span class="term-bg-black">x</span><span class="term-bg-white">y</span><span>z</span>`,
		"\x1b[90mx\x1b[97my\x1b[99mz":                                      `<span class="term-fg-l-black">x</span><span class="term-fg-l-white">y</span><span>z</span>`,
		"\x1b[100mx\x1b[107my":                                             `<span class="term-bg-l-black">x</span><span class="term-bg-l-white">y</span>`,
		"\x1b[38mx\x1b[48;5my\x1b[98m\x1b[108m\x1b[50m\x1b[110m\x1b[031mz": "<span>x</span><span>y</span><span>z</span>",
		"\x1b[31;59mx\x1b[119my":                                           `<span class="term-fg-red">x</span><span class="term-fg-red">y</span>`,
		"\x1b[38;5;255mx":                                                  `<span class="xterm-fg-255">x</span>`,
		"\x1b[38;5;-1mx":                                                   "<span>x</span>",
		"\x1b[38;2;1mx":                                                    `<span class="term-bold">x</span>`,
		"\x1b[35;5;1mx":                                                    `<span class="term-fg-l-magenta term-bold">x</span>`,
		"\x1b[1;31mx\x1b[0;38;5my":                                         `<span class="term-fg-l-red term-bold">x</span><span>y</span>`,
		"\x1b]31mx":                                                        "<span>x</span>",
		"<":                                                                "<span>&lt;</span>",
		"\r\n\n":                                                           "<span><br/><br/></span>",
		"Hello\x1b[3\nyou":                                                 "<span>Helloyou</span>",
		"─🐤\n":                                                             "<span>─🐤<br/></span>",
		start + "\x1b[91mHello\x1b[0m\nLine 1\nLine 2\n" + end: startHTML +
			`<span class="term-fg-l-red section section-header js-s-a-legit-one">Hello</span>` +
			`<span class="section section-header js-s-a-legit-one"><br/></span>` +
			`<span class="section line js-s-a-legit-one">Line 1<br/>Line 2<br/></span>` + endHTML,
		"section_start:1:my_$ection\r\x1b[0Kx":  "<span>section_start:1:my_$ection\rx</span>",
		end + "x":                               "<span>x</span>",
		"x" + start + start + end + "y":         "<span>x</span>" + startHTML + endHTML + "<span>y</span>",
		"2024-05-14T11:19:20.000000Z 00O+world": "<span>world</span>",
		"2024-05-14T11:19:19.899359Z 00O Hello \n2024-05-14T11:19:20.000000Z 00O+world\n2024-05-14T11:19:22.000000Z 00O next": "<span>Hello world<br/>next</span>",
	} {
		assert.Equal(t, want, htmlOfLog(log), "%q", log)
	}
}

// What spec/graphql/types/ci/job_trace_type_spec.rb has.
func TestTailsOfLogs(t *testing.T) {
	assert.Equal(t, "b\nc", tailOf([]byte("a\nb\nc"), 2))
	assert.Equal(t, "b\nc\n", tailOf([]byte("a\nb\nc\n"), 2))
	assert.Equal(t, "a", tailOf([]byte("a"), 2))
	line := strings.Repeat("a", 1024)
	all := []byte(strings.Repeat(line+"\n", 19) + line)
	assert.Equal(t, strings.Repeat("a", 1009)+strings.Repeat("\n"+line, 15), tailOf(all, 20))
	assert.Equal(t, "\uFFFD££"+strings.Repeat("a", mostLogBytes-5), tailOf([]byte("£££"+strings.Repeat("a", mostLogBytes-5)), 1))
}

// What app/models/commit.rb makes of messages.
func TestTextsOfCommits(t *testing.T) {
	long := strings.Repeat("word ", 22) + "end"
	for message, want := range map[string][3]string{
		"Fix it\n\nFor good.\n":        {"Fix it", "Fix it", "\nFor good."},
		"Fix it":                       {"Fix it", "Fix it", ""},
		" \n":                          {"No commit message", "No commit message", ""},
		long + "\nmore":                {strings.TrimSpace(strings.Repeat("word ", 15)) + "...", long, long + "\nmore"},
		strings.Repeat("a", 100):       {strings.Repeat("a", 78) + "...", strings.Repeat("a", 100), strings.Repeat("a", 100)},
		strings.Repeat("a", 99) + "\r": {strings.Repeat("a", 99), strings.Repeat("a", 99), ""},
	} {
		c := commit{message: message}
		assert.Equal(t, want, [3]string{c.title(), c.fullTitle(), c.description()}, "%q", message)
	}
}
