package graphql

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		" \n\n ":                 "",
		"one\ntwo":               "<p dir=\"auto\">one\ntwo</p>",
		"one\r\n\r\ntwo":         "<p dir=\"auto\">one</p>\n<p dir=\"auto\">two</p>",
		"## Disk #":              `<h2 dir="auto">Disk</h2>`,
		"#no":                    `<p dir="auto">#no</p>`,
		"- a\n- **b**":           "<ul dir=\"auto\">\n<li>a</li>\n<li><strong>b</strong></li>\n</ul>",
		"1. a\n2. b":             "<ol dir=\"auto\">\n<li>a</li>\n<li>b</li>\n</ol>",
		"`a*b*` *c* `":           "<p dir=\"auto\"><code>a*b*</code> <em>c</em> `</p>",
		"_a_ __b__ ~~c~~ d_e_f":  `<p dir="auto"><em>a</em> <strong>b</strong> <del>c</del> d_e_f</p>`,
		"<script>":               `<p dir="auto">&lt;script&gt;</p>`,
		"[x](https://a.b/?c&d)":  `<p dir="auto"><a href="https://a.b/?c&amp;d" rel="nofollow noreferrer noopener" target="_blank">x</a></p>`,
		"[x](javascript:a)":      `<p dir="auto">[x](javascript:a)</p>`,
		"```sh\na <b\n\nc\n```":  "<pre><code>a &lt;b\n\nc\n</code></pre>",
		"```\nit has no end\n\n": "<pre><code>it has no end</code></pre>",
		"```\na\n```\n\nb":       "<pre><code>a\n</code></pre>\n<p dir=\"auto\">b</p>",
		"`a` b `c` d `e`":        `<p dir="auto"><code>a</code> b <code>c</code> d <code>e</code></p>`,
		"# a\nb":                 "<p dir=\"auto\"># a\nb</p>",
		"```":                    "<pre><code></code></pre>",
	} {
		assert.Equal(t, want, markdown(text), "%q", text)
	}
}
