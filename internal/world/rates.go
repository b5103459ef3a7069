package world

import "time"

// CountRequest counts one request more of a user, or of whoever else has requests counted, and returns the period's
// count with it (lib/gitlab/rack_attack.rb: fixed windows that do not begin with the first request).
func (st *State) CountRequest(who string, per time.Duration) RateWindow {
	if st.rates == nil {
		st.rates = map[string]RateWindow{}
	}
	w := st.rates[who]
	if period := st.Now().UnixNano() / int64(per); period != w.Period {
		w = RateWindow{Period: period}
	}
	w.Count++
	st.rates[who] = w
	return w
}
