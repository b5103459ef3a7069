package world

// rateWindow counts a user's requests in the current period.
type rateWindow struct {
	Period int64
	Count  int
}

// CountRequest counts a user's request in the current period of Settings.RateLimit (Rack::Attack, fixed windows).
func (st *State) CountRequest(username string) rateWindow {
	if st.rates == nil {
		st.rates = map[string]rateWindow{}
	}
	w := st.rates[username]
	if period := st.Now().UnixNano() / int64(st.Settings.RateLimit.Per); period != w.Period {
		w = rateWindow{Period: period}
	}
	w.Count++
	st.rates[username] = w
	return w
}
