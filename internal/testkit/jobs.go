package testkit

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
)

// TrySend makes one request of any kind. headers are name, value, name, value ...
func TrySend(
	t testing.TB, ctx context.Context, gl *fg.Fake, method, path string, body io.Reader, headers ...string,
) (Reply, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, gl.APIURL()+path, body)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := gl.Client().Do(req)
	if err != nil {
		return Reply{}, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return Reply{resp.StatusCode, resp.Header, string(content)}, err
}

// Send is TrySend that must get an answer.
func Send(t testing.TB, gl *fg.Fake, method, path string, body io.Reader, headers ...string) Reply {
	t.Helper()
	a, err := TrySend(t, context.Background(), gl, method, path, body, headers...)
	require.NoError(t, err)
	return a
}

// SendJSON is Send with a body of JSON.
func SendJSON(t testing.TB, gl *fg.Fake, method, path string, body any, headers ...string) Reply {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	return Send(t, gl, method, path, bytes.NewReader(raw), append(headers, "Content-Type", "application/json")...)
}

// Hash is an object of JSON.
type Hash = map[string]any

// RequestJob asks for a job as a runner does.
func RequestJob(t testing.TB, gl *fg.Fake, token string, more ...Hash) Reply {
	t.Helper()
	body := Hash{"token": token, "system_id": "s_1"}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	return SendJSON(t, gl, "POST", "/jobs/request", body)
}

// PutState tells the state of a job as its runner does; more is name, value, name, value ...
func PutState(t testing.TB, gl *fg.Fake, j fg.Job, state string, more ...any) Reply {
	t.Helper()
	body := Hash{"token": j.Token, "state": state}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return SendJSON(t, gl, "PUT", fmt.Sprintf("/jobs/%d", j.ID), body)
}

// PatchTrace sends a piece of the log of a job as its runner does.
func PatchTrace(t testing.TB, gl *fg.Fake, j fg.Job, start int, text string) Reply {
	t.Helper()
	return Send(t, gl, "PATCH", fmt.Sprintf("/jobs/%d/trace", j.ID), strings.NewReader(text), "Job-Token", j.Token,
		"Content-Type", "text/plain", "Content-Range", fmt.Sprintf("%d-%d", start, start+len(text)-1))
}

// FileForm is a multipart body with one file.
func FileForm(name, filename string, content []byte, fields ...string) (io.Reader, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	part, _ := w.CreateFormFile(name, filename)
	_, _ = part.Write(content)
	_ = w.Close()
	return &b, w.FormDataContentType()
}

// Upload sends an artifact of a job as its runner does.
func Upload(t testing.TB, gl *fg.Fake, j fg.Job, query, filename string, content []byte) Reply {
	t.Helper()
	body, kind := FileForm("file", filename, content)
	path := fmt.Sprintf("/jobs/%d/artifacts?%s", j.ID, query)
	return Send(t, gl, "POST", path, body, "Job-Token", j.Token, "Content-Type", kind)
}

// Gzipped is a text as gzip packs it.
func Gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}
