-- Channel labels of the exports mapped to direct, online and post.
{{ value_map('channel', ref('channel_label'), 'channel') }}
