package rest_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"regexp"
	"strconv"
	"strings"

	fg "github.com/fakegitlab/fakegitlab"
)

// routableTokens are the tokens of tokenPrefixes in versions whose tokens say what they are for: organization, project,
// type and creator.
var routableTokens = []string{"glrt-o:1\np:7pt\nt:3\nu:2", "glrtr-o:1\nt:1"}

// payloadOf takes a routable token apart: what it begins with and what it says. Its form and the checksum were compared
// with tokens of real GitLabs in public files, such as one of an instance runner that user 1 made: 16 random bytes,
// o:1, t:1, u:1 and 0b in base64, then ".01." and "12", the base64's 38 characters to the base of 36.
func payloadOf(token string) (front, payload string, ok bool) {
	m := regexp.MustCompile(`^(glrtr?-)([\w-]+)\.01\.([0-9a-z]{2})([0-9a-z]{7})$`).FindStringSubmatch(token)
	if m == nil {
		return "", "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(m[2])
	sum, sumErr := strconv.ParseUint(m[4], 36, 32)
	length, lengthErr := strconv.ParseInt(m[3], 36, 32)
	if errors.Join(err, sumErr, lengthErr) != nil || int(length) != len(m[2]) ||
		uint32(sum) != crc32.ChecksumIEEE([]byte(token[:len(token)-7])) || int(raw[len(raw)-1]) != len(raw)-17 {
		return "", "", false
	}
	return m[1], string(raw[16 : len(raw)-1]), true
}

func jobShowsManager(v inVersion) any {
	job := v.gl.AddJob(fg.Job{Project: "acme/shop"})
	body := v.as("mia", "GET", fmt.Sprintf("/projects/10001/jobs/%d", job.ID)).Body
	return []bool{strings.Contains(body, `"archived":false`), strings.Contains(body, `"runner_manager":null`)}
}
