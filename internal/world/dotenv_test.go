package world

import (
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
		"too big":          {"A=" + strings.Repeat("x", 5118), nil, "Dotenv Artifact Too Big. Maximum Allowable Size: 5120"},
		"too many":         {manyVariables(21), nil, "Dotenv files cannot have more than 20 variables"},
		"invalid encoding": {"A=\xfe", []ci.JobVariable{{Key: "A", Value: "\uFFFD"}}, ""},
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
