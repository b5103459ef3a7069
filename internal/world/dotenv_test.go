package world

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
	"testing"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/stretchr/testify/assert"
)

func TestParseDotenv(t *testing.T) {
	tests := map[string]struct {
		content string
		want    []ci.JobVariable
		err     string
	}{
		"empty": {"", nil, ""},
		"plain": {"A=1\nB= two words \n",
			[]ci.JobVariable{{Key: "A", Value: "1"}, {Key: "B", Value: "two words"}}, ""},
		"first equals": {"A=b=c", []ci.JobVariable{{Key: "A", Value: "b=c"}}, ""},
		"quotes stay":  {`A="x"`, []ci.JobVariable{{Key: "A", Value: `"x"`}}, ""},
		"last wins":    {"A=1\nB=2\nA=3", []ci.JobVariable{{Key: "A", Value: "3"}, {Key: "B", Value: "2"}}, ""},
		"windows":      {"\uFEFFA=1\r\nB=\r\n", []ci.JobVariable{{Key: "A", Value: "1"}, {Key: "B"}}, ""},
		"utf-16":       {"\xff\xfeA\x00=\x001\x00", []ci.JobVariable{{Key: "A", Value: "1"}}, ""},
		"comment":      {"# x\nA=1", nil, "Invalid Format"},
		"blank line":   {"A=1\n\nB=2", nil, "Invalid Format"},
		"key":          {"A-B=1", nil, "Validation failed: Key can contain only letters, digits and '_'."},
		"no key": {"=1", nil,
			"Validation failed: Key can't be blank, Key can contain only letters, digits and '_'."},
		"long key": {strings.Repeat("A", 256) + "=1", nil,
			"Validation failed: Key is too long (maximum is 255 characters)"},
		"format before key": {"A-B=1\nno", nil, "Invalid Format"},
		"many before key":   {"A-B=1\n" + manyVariables(20), nil, "Dotenv files cannot have more than 20 variables"},
		"too many":          {manyVariables(21), nil, "Dotenv files cannot have more than 20 variables"},
		"invalid encoding":  {"A=\xfe", []ci.JobVariable{{Key: "A", Value: "\uFFFD"}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseDotenv([]byte(tt.content))
			if tt.err != "" {
				assert.EqualError(t, err, tt.err)
				return
			}
			assert.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

// What counts is the size of the upload.
func TestSizeOfADotenvReport(t *testing.T) {
	text := "A=" + strings.Repeat("x", 5118)
	_, err := readDotenv(NewFile([]byte(text)))
	assert.EqualError(t, err, "Dotenv Artifact Too Big. Maximum Allowable Size: 5120")
	_, err = readDotenv(NewFile([]byte(text[:5119])))
	assert.NoError(t, err)
	packed := NewFile(gzipped(text))
	packed.Format = GzipFormat
	got, err := readDotenv(packed)
	assert.NoError(t, err)
	assert.Equal(t, text[2:], got[0].Value)
}

func gzipped(text string) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.Bytes()
}

// spec/services/ci/parse_annotations_artifact_service_spec.rb.
func TestAnnotations(t *testing.T) {
	const link = `{"external_link":{"label":"URL 1","url":"https://url1.example.com/"}}`
	list := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat(link+",", n), ",") + "]" }
	lists := func(n int) string {
		var names []string
		for i := range n {
			names = append(names, `"l`+strconv.Itoa(i)+`":[]`)
		}
		return "{" + strings.Join(names, ",") + "}"
	}
	const schema = "Validation failed: Data must be a valid json schema"
	for text, want := range map[string]string{
		`{"external_links":` + list(2) + `}`: "", "{}": "", "\uFEFF{}": "", lists(20): "", `{"l":` + list(1000) + `}`: "",
		`{"l":[{}]}`: "", `{"l":[{"external_link":"x"}]}`: "", `{"l":[{"external_link":{"label":"x"}}]}`: "",
		"Invalid JSON!": "unexpected token at 'Invalid JSON!'",
		"[]":            "Annotations files must be a JSON object", " null": "Annotations files must be a JSON object",
		lists(21):               "Annotations files cannot have more than 20 annotation lists",
		`{"external_links":{}}`: schema, `{"l":null}`: schema, `{"l":[1]}`: schema, `{"l":[null]}`: schema,
		`{"l":` + list(1001) + `}`:    schema,
		`{"l":[{"internal_link":1}]}`: schema, `{"l":[{"external_link":{},"x":1}]}`: schema,
		`{"l":[{"external_link":{"label":1}}]}`: schema, `{"l":[{"external_link":{"x":"x"}}]}`: schema,
		`{"":[]}`: "Validation failed: Name can't be blank",
		`{"` + strings.Repeat("ü", 256) + `":1}`:  schema + ", Name is too long (maximum is 255 characters)",
		`{"` + strings.Repeat("ü", 255) + `":[]}`: "",
	} {
		f := NewFile(gzipped(text))
		f.Format = GzipFormat
		if err := checkAnnotations(f); want == "" {
			assert.NoError(t, err, text)
		} else {
			assert.EqualError(t, err, want, text)
		}
	}
	assert.EqualError(t, checkAnnotations(NewFile(make([]byte, 81921))),
		"Annotations Artifact Too Big. Maximum Allowable Size: 81920")
	assert.EqualError(t, checkAnnotations(&File{Format: GzipFormat}), "not in gzip format")
}

// A report that says that it is packed, and is not, is none.
func TestPackedDotenv(t *testing.T) {
	f := NewFile([]byte("A=1"))
	got, err := readDotenv(f)
	assert.NoError(t, err)
	assert.Equal(t, []ci.JobVariable{{Key: "A", Value: "1"}}, got)
	f.Format = GzipFormat
	_, err = readDotenv(f)
	assert.EqualError(t, err, "Invalid Format")
	f.Content = NewFile([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xffcut")).Content
	_, err = readDotenv(f)
	assert.EqualError(t, err, "Invalid Format")
}

func manyVariables(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("V" + strings.Repeat("x", i) + "=1\n")
	}
	return b.String()
}

func TestAllThatIsWrongWithTheKeyOfADotenvVariable(t *testing.T) {
	_, err := parseDotenv([]byte(strings.Repeat("-", 256) + "=x"))
	assert.EqualError(t, err, "Validation failed: Key is too long (maximum is 255 characters), "+
		"Key can contain only letters, digits and '_'.")
}
