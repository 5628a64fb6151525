"""The pages: functions from data to HTML, without script needed to read them."""
