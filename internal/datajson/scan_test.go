package datajson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shapes of texts that a scanner may get wrong.
var scanned = []string{`{}`, `[]`, ` {"a":1} `, "{\n\t\"a\" : [ 1 , -2.5e+3, 0, -0, 1E5 ] ,\r\n \"b\":{}}", `"é\n\u00e9\ud83d\ude00\ud800"`,
	`null`, ` true`, "false\n", `{"a":null,"a":2}`, `[[[]],[{}]]`, "\"\xff\"", `"\/"`, `12`, `"a"`, `{"":""}`,
	``, ` `, `{`, `}`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{1:2}`, `01`, `-`, `1.`, `.5`, `1e`, `+1`, `--1`,
	`tru`, `nulll`, `"`, `"\`, `"\"`, `"\x"`, "\"\n\"", "\"\x00\"", `[1 2]`, `{"a":1 "b":2}`, `{"a" 1}`, `1 2`, `{}x`, `[}`, `{]`,
	"\xef\xbb\xbf{}", `/* */{}`, `'a'`, `[1`, `[1,`, `{"a":1`, `{"a"`, `"\u12"`, `1x`, "[\"a\"\x00]", "\x00", `nul`, `[true,false,null]`,
	strings.Repeat("[", 600) + strings.Repeat("]", 600), strings.Repeat("[", 20000)}

// agree asserts that what scan takes, encoding/json takes, too, and that the tree is the same as the one out of its
// tokens.
func agree(t *testing.T, text string) {
	t.Helper()
	root := scan([]byte(text))
	if root == nil {
		return
	}
	end, problem := measure([]byte(text))
	require.Nil(t, problem, "%q", text)
	require.Equal(t, len(text), skip([]byte(text), end, ""), "%q", text)
	p := parser{text: []byte(text), dec: json.NewDecoder(bytes.NewReader([]byte(text)))}
	p.dec.UseNumber()
	require.Equal(t, treeText(p.value()), treeText(root), "%q", text)
}

// treeText is all that a node says.
func treeText(n *node) string {
	text := fmt.Sprintf("%d-%d %s %t %q", n.start, n.end, n.kind, n.truth, n.text)
	for _, m := range n.members {
		text += fmt.Sprintf(" {%d %q %s}", m.start, m.name, treeText(m.value))
	}
	for _, item := range n.items {
		text += " [" + treeText(item) + "]"
	}
	return text
}

func TestScan(t *testing.T) {
	for _, text := range scanned {
		agree(t, text)
		for i := range min(len(text), 50) { // and all that is cut off or has lost a byte
			agree(t, text[:i])
			agree(t, text[:i]+text[i+1:])
		}
	}
	for _, text := range scanned[:15] {
		assert.NotNil(t, scan([]byte(text)), "%q is read in one pass", text)
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range scanned {
		f.Add(text)
	}
	f.Fuzz(agree)
}

// byFields is read by its own method, as the types of a scenario are.
type byFields struct {
	Name string     `json:"name"`
	In   []byFields `json:"in,omitzero"`
}

func (b *byFields) UnmarshalJSON(text []byte) error { return UnmarshalFields(text, b, nil) }

// What has been read of a text serves those alone who read it at that moment: many may read one text at once, and one
// may read what lies within it.
func TestOneTextReadByMany(t *testing.T) {
	text := []byte(`{"name":"a","in":[{"name":"b"},{"nam":"c"},{"name":"d","in":[{"name":5}]}]}`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				var whole, within byFields
				err := Unmarshal(text, &whole, nil)
				assert.EqualError(t, err, `in[1].name: is missing
in[1].nam: unknown field; did you mean "name"?
in[2].in[0].name: want a string, have a number`)
				for i, begin := range []string{`{"nam"`, `"nam"`, `5}]}`} {
					at := err.(*Error).Problems[i].Offset
					assert.Equal(t, begin, string(text[at:at+len(begin)]))
				}
				assert.Equal(t, "d", whole.In[2].Name)
				part := text[18 : 18+len(`{"name":"b"}`)]
				assert.NoError(t, json.Unmarshal(part, &within))
				assert.Equal(t, "b", within.Name)
			}
		})
	}
	all.Wait()
	pieces.Range(func(key, _ any) bool { t.Error("kept what is over"); return true })
}
