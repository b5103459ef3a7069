package fakegitlab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// control is one call of the control API. It must not call what fails a test, because its caller is a program outside
// of the test.
type control struct {
	*Fake
	http *http.Request
	vars map[string]string // path parameters
}

// maxControlBody is the largest body that is read. Even a world with large logs is far smaller.
const maxControlBody = 100 << 20

// emptyObject is what a missing body means.
const emptyObject = "{}"

// body is the whole body, or an empty object if there is none.
func (c *control) body() ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, c.http.Body, maxControlBody))
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte(emptyObject)
	}
	return text, err
}

// read reads the body into plain data.
func (c *control) read(into any) error {
	text, err := c.body()
	if err != nil {
		return err
	}
	return placedIn(text, problemsOf(unmarshalData(text, into)), nil)
}

// waiting is a context for waiting at most that long. It also ends with the request and when the fake is closed, so
// that Close need not wait.
func (c *control) waiting(d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(c.http.Context(), d)
	go func() {
		select {
		case <-c.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// waitIn is the query parameter wait, or 0 without it.
func waitIn(query url.Values) (time.Duration, error) {
	if !query.Has("wait") {
		return 0, nil
	}
	wait, err := datajson.ParseDuration(query.Get("wait"))
	switch {
	case err != nil:
		return 0, fmt.Errorf("wait: %w", err)
	case wait < 0:
		return 0, errors.New("wait: must not be negative")
	}
	return wait, nil
}

// knownParameters returns an error if the query has a parameter that is not known.
func knownParameters(query url.Values, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown parameter %q; %s", name, datajson.Suggest(name, known))
		}
	}
	return nil
}

// pathID is the id in the path, or 0, which nothing has, if it is no number.
func (c *control) pathID() int {
	id, err := strconv.Atoi(c.vars["id"])
	if err != nil {
		return 0
	}
	return id
}
