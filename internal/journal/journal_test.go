package journal_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/journal"
)

func is(want string) func(string) bool { return func(got string) bool { return got == want } }

func TestClosedIsOrderedByNumber(t *testing.T) {
	var log journal.Log[string]
	assert.Empty(t, log.Closed())

	first, second, third := log.Open(), log.Open(), log.Open()
	assert.Equal(t, []int{1, 2, 3}, []int{first, second, third})
	log.Close(third, "third")
	log.Close(first, "first")

	assert.Equal(t, []string{"first", "third"}, log.Closed())
	assert.Equal(t, []int{2}, log.StillOpen())

	log.Close(second, "second")
	log.Close(second, "again")
	log.Close(99, "never opened")
	got := log.Closed()
	assert.Equal(t, []string{"first", "second", "third"}, got)
	got[0] = "changed"
	assert.Equal(t, "first", log.Closed()[0], "the slice is a copy")
}

func TestClearKeepsCountingAndRecordsWhatIsInFlight(t *testing.T) {
	var log journal.Log[string]
	log.Close(log.Open(), "before")
	inFlight := log.Open()

	log.Clear()

	assert.Empty(t, log.Closed())
	assert.Equal(t, []int{2}, log.StillOpen())
	assert.Equal(t, 3, log.Open())
	log.Close(inFlight, "in flight")
	assert.Equal(t, []string{"in flight"}, log.Closed())
}

func TestResetForgetsWhatIsInFlight(t *testing.T) {
	var log journal.Log[string]
	log.Close(log.Open(), "before")
	inFlight := log.Open()

	log.Reset()
	log.Reset()

	assert.Empty(t, log.StillOpen())
	next := log.Open()
	assert.Equal(t, 3, next, "not a number that is still in flight")
	log.Close(inFlight, "in flight")
	log.Close(next, "next")
	assert.Equal(t, []string{"next"}, log.Closed())

	log.Reset()
	assert.Equal(t, 1, log.Open())
}

func TestWaitFindsThePast(t *testing.T) {
	var log journal.Log[string]
	log.Close(log.Open(), "a")
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	got, err := log.Wait(ended, is("a"))

	require.NoError(t, err, "what has come wins over a context that is done")
	assert.Equal(t, "a", got)
	_, err = log.Wait(ended, is("b"))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestWaitFindsTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log journal.Log[string]
		var got string
		var err error
		go func() { got, err = log.Wait(t.Context(), is("wanted")) }()
		synctest.Wait()

		log.Close(log.Open(), "other")
		synctest.Wait()
		assert.Empty(t, got)
		log.Close(log.Open(), "another")
		log.Close(log.Open(), "wanted")
		log.Clear() // does not take away what a waiter has been promised
		synctest.Wait()

		assert.NoError(t, err)
		assert.Equal(t, "wanted", got)
	})
}

func TestWaitHonoursItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log journal.Log[string]
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin := time.Now()

		_, err := log.Wait(ctx, is("never"))

		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(begin))
	})
}

func TestMatchMayUseTheLog(t *testing.T) {
	var log journal.Log[string]
	log.Close(log.Open(), "a")
	_, err := log.Wait(t.Context(), func(string) bool { return len(log.Closed()) == 1 })
	assert.NoError(t, err)
}

func TestManyAtOnce(t *testing.T) {
	const many = 200
	var log journal.Log[int]
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			number := log.Open()
			log.Close(number, number)
		})
		all.Go(func() {
			_, err := log.Wait(t.Context(), func(n int) bool { return n == many })
			assert.NoError(t, err)
		})
	}
	all.Wait()

	got := log.Closed()
	require.Len(t, got, many)
	for i, n := range got {
		assert.Equal(t, i+1, n)
	}
}

func BenchmarkOpenClose(b *testing.B) {
	var log journal.Log[int]
	for b.Loop() {
		n := log.Open()
		log.Close(n, n)
	}
}

func TestLimitKeepsTheLast(t *testing.T) {
	var log journal.Log[int]
	log.Limit(8, func(n int) bool { return n == 3 })
	for n := range 100 {
		log.Close(log.Open(), n)
	}
	assert.Equal(t, []int{3, 92, 93, 94, 95, 96, 97, 98, 99}, log.Closed())
	assert.Equal(t, 91, log.Lost().Excess)
	log.Clear()
	assert.Zero(t, log.Lost().Excess)
	log.Close(log.Open(), 7)
	assert.Equal(t, []int{7}, log.Closed())
}

func TestLimitCountsInTheOrderOfBeginning(t *testing.T) {
	var log journal.Log[string]
	log.Limit(2, func(string) bool { return false })
	first, second, third := log.Open(), log.Open(), log.Open()
	log.Close(third, "third")
	log.Close(first, "first")
	log.Close(second, "second")
	assert.Equal(t, []string{"second", "third"}, log.Closed())
	assert.Equal(t, 1, log.Lost().Excess)
}

// The oldest lose their bodies first; when none has one any more, the oldest go, those that are spared last and counted.
func TestLimitWeight(t *testing.T) {
	type entry struct {
		name, body string
	}
	var log journal.Log[entry]
	log.Limit(0, func(e entry) bool { return e.name == "spared" })
	log.LimitWeight(journal.Weight[entry]{Limit: 80, Size: func(e entry) int64 { return int64(10 + len(e.body)) },
		Shed: func(e entry) entry {
			e.body = ""
			return e
		}})
	body := "ten bytes "
	for _, name := range []string{"spared", "a", "b", "c"} {
		log.Close(log.Open(), entry{name, body})
	}
	assert.Zero(t, log.Lost())
	log.Close(log.Open(), entry{"d", body})
	assert.Equal(t, []entry{{"spared", ""}, {"a", ""}, {"b", ""}, {"c", body}, {"d", body}}, log.Closed())
	assert.Equal(t, journal.Losses{Shed: 3}, log.Lost())
	for range 5 {
		log.Close(log.Open(), entry{"e", ""})
	}
	assert.Equal(t, entry{"spared", ""}, log.Closed()[0])
	assert.Equal(t, journal.Losses{Shed: 3, Heavy: 2}, log.Lost())
	log.Clear()
	for range 10 {
		log.Close(log.Open(), entry{"spared", ""})
	}
	assert.Len(t, log.Closed(), 8)
	assert.Equal(t, 2, log.Lost().Spared)
}
