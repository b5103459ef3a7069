package world

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/fakegitlab/fakegitlab/ci"
)

// readDotenv reads the variables of a dotenv report, packed by gzip or not. The errors are those of parseDotenv.
func readDotenv(f *File) ([]ci.JobVariable, error) {
	if f.Content.Size >= maxDotenvSize {
		return nil, fmt.Errorf(msgfDotenvSize, maxDotenvSize)
	}
	content, err := unpacked(f, errDotenvFormat)
	if err != nil {
		return nil, err
	}
	return parseDotenv(content)
}

// The plan limits of GitLab for dotenv reports.
const (
	maxDotenvSize      = 5120 // bytes of the upload; one of this size is too big
	maxDotenvVariables = 20
)

// What GitLab says of a dotenv report that it does not take.
const (
	msgfDotenvSize      = "Dotenv Artifact Too Big. Maximum Allowable Size: %d"
	msgfDotenvVariables = "Dotenv files cannot have more than %d variables"
)

// errDotenvFormat is the error of a dotenv report with a line that assigns nothing, such as a blank line or a comment.
var errDotenvFormat = errors.New("Invalid Format")

// parseDotenv reads an artifact of type dotenv, already unpacked, by GitLab's rules (Ci::ParseDotenvArtifactService):
// every line is KEY=value, split at the first equals sign and trimmed, without quotes, comments or blank lines; of a
// key given twice the last value counts. UTF-16 with a byte order mark, which PowerShell writes, is understood. The
// error's text is that of GitLab's answer 400.
func parseDotenv(content []byte) ([]ci.JobVariable, error) {
	var variables []ci.JobVariable
	index := map[string]int{}
	for line := range strings.Lines(reportText(content)) {
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil, errDotenvFormat
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		i, again := index[key]
		if !again {
			i = len(variables)
			index[key] = i
			variables = append(variables, ci.JobVariable{Key: key})
		}
		variables[i].Value = value
	}
	if len(variables) > maxDotenvVariables {
		return nil, fmt.Errorf(msgfDotenvVariables, maxDotenvVariables)
	}
	for _, v := range variables {
		if err := checkVariableKey(v.Key); err != nil {
			return nil, err
		}
	}
	return variables, nil
}

// reportText decodes content to UTF-8 without a byte order mark, invalid bytes replaced.
func reportText(content []byte) string {
	little, isLittle := bytes.CutPrefix(content, []byte{0xff, 0xfe})
	if !isLittle {
		content = bytes.TrimPrefix(content, []byte("\uFEFF"))
		return string(bytes.ToValidUTF8(content, []byte("\uFFFD")))
	}
	units := make([]uint16, len(little)/2)
	for i := range units {
		units[i] = uint16(little[2*i]) | uint16(little[2*i+1])<<8
	}
	return string(utf16.Decode(units))
}

// checkVariableKey is the model's validation of a CI/CD variable's key.
func checkVariableKey(key string) error {
	said := keyProblems(key)
	if said == nil {
		return nil
	}
	return fmt.Errorf(msgfValidationFailed, "Key "+strings.Join(said, ", Key "))
}
