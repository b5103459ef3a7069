package fakegitlab_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
)

func TestWhoSawAResetFindsItInTheJournal(t *testing.T) {
	for name, opts := range map[string][]fg.Option{"TCP": nil, "in memory": {fg.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t, opts...)
			gl.Inject(fg.Failure{Network: fg.ConnectionReset})
			for n := range 50 {
				_, err := gl.Client().Post(gl.APIURL()+"/runners", "application/x-www-form-urlencoded", strings.NewReader("token=x"))
				require.ErrorContains(t, err, "connection reset by peer")
				require.Len(t, gl.Calls(fg.RegisterRunner), n+1)
			}
		})
	}
}

func TestWhatIsDelayedWhenTheFakeIsClosedDoesNotHappen(t *testing.T) {
	for name, opts := range map[string][]fg.Option{"TCP": nil, "TLS": {fg.WithTLS()}, "in memory": {fg.WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := fg.New(t, opts...)
			r := gl.AddRunner(fg.Runner{})
			gl.Inject(fg.Slow(fg.DeleteRunner, time.Hour))
			arrived, ended := make(chan struct{}), make(chan error)
			gl.Before(fg.DeleteRunner, func(fg.Call) { close(arrived) })
			req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, gl.APIURL()+"/runners/100001", nil)
			require.NoError(t, err)
			client := gl.ClientAs("root")
			go func() {
				_, err := client.Do(req)
				ended <- err
			}()
			<-arrived
			gl.Close()
			assert.Error(t, <-ended)
			_, there := gl.Runner(r.ID)
			assert.True(t, there)
		})
	}
}
