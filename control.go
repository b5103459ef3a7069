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

// control is one call of the control API. It must not do what fails a test: who called is no test.
type control struct {
	*Fake
	http *http.Request
	vars map[string]string // path parameters
}

// maxControlBody is the largest body that is read. A world with large logs is far below it.
const maxControlBody = 100 << 20

// emptyObject is what no body stands for.
const emptyObject = "{}"

// body is the whole body; none is an empty object.
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

// waiting is a context for who waits that long. It ends with the request and with the fake, too: Close does not wait
// for who waits.
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

// waitIn is the query parameter wait; without it, nobody waits.
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

// knownParameters is an error if the query has any other.
func knownParameters(query url.Values, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown parameter %q; %s", name, datajson.Suggest(name, known))
		}
	}
	return nil
}

// pathID is the id in the path; what is no number is the id of nothing.
func (c *control) pathID() int {
	id, err := strconv.Atoi(c.vars["id"])
	if err != nil {
		return 0
	}
	return id
}
