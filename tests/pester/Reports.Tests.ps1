# Runs the scripts of docs/runbooks.md that make reports.

BeforeAll {
    . $PSScriptRoot/common.ps1

    # The script of a section.
    function Get-Script([string] $Title) {
        $text = (Get-Content "$root/docs/runbooks.md" -Raw) -replace "`r"
        [scriptblock]::Create([regex]::Match($text, "(?ms)^##+ $Title\n.*?^``````powershell\n(.*?)^``````").Groups[1].Value)
    }

    # The report of a job: problems that try to break out of the report, Chinese, and a URL that is loaded.
    $rows = 'https://cdn.example.com/good.mp4', 'https://cdn.example.com/a|b.mp4?x=<script>alert(1)</script>&y="z"', 'https://cdn.example.com/首映.mp4' | ForEach-Object {
        [VodPreheat.PreheatOutcome]@{ Url = $_; Status = $_ -like '*good*' ? 'succeed' : 'failed'; ErrorCode = 'VOD.1'; Detail = "Line 1`nLine <b>2</b>" }
    }
}

Describe 'The reports of docs/runbooks.md' {
    BeforeEach {
        Push-Location TestDrive:
        $rows | Export-Csv report.csv
    }

    AfterEach {
        Pop-Location
        Remove-Item Env:GITHUB_STEP_SUMMARY, Env:PREHEAT_WEBHOOK -ErrorAction Ignore
    }

    It 'have a page with the summary first, then the problems, then all URLs, and nothing of the texts is HTML' {
        & (Get-Script 'A web page')
        $html = Get-Content report.html -Raw
        $html | Should -Match '<title>URLs loaded: 1 of 3</title>'
        $html | Should -Match '<h1>URLs loaded: 1 of 3</h1>'
        $html.IndexOf('2 failed') | Should -BeLessThan $html.IndexOf('Problems')
        $html.IndexOf('Problems') | Should -BeLessThan $html.IndexOf('All URLs')
        [regex]::Matches($html, '<tr class="bad">').Count | Should -Be 4
        [regex]::Matches($html, '<tr class="good">').Count | Should -Be 1
        $html | Should -Not -Match '<script|<b>'
        $html | Should -Not -Match '(src|href)='
        $html | Should -BeLike '*首映.mp4*'
        $html | Should -BeLike '*&lt;script&gt;alert(1)&lt;/script&gt;&amp;y=&quot;z&quot;*'
    }

    It 'have a page without problems' {
        $rows[0] | Export-Csv report.csv
        & (Get-Script 'A web page')
        Get-Content report.html -Raw | Should -Match '<h1>URLs loaded: 1 of 1</h1>'
        Get-Content report.html -Raw | Should -Not -Match 'Problems'
    }

    It 'have a summary for GitHub, in which each problem is one row of the table' {
        $env:GITHUB_STEP_SUMMARY = Join-Path (Get-PSDrive TestDrive).Root 'summary [1].md'
        & (Get-Script 'A GitHub Actions summary')
        $lines = Get-Content -LiteralPath $env:GITHUB_STEP_SUMMARY
        $lines[0] | Should -Be '## URLs loaded: 1 of 3'
        $lines | Should -HaveCount 6
        $lines[4, 5] | ForEach-Object { $_.Split('|') | Should -HaveCount 5 }
        $lines[4] | Should -BeLike '*a&#124;b.mp4?x=&lt;script&gt;*Line 1 Line &lt;b&gt;2*'
    }

    It 'have a message for a webhook, in UTF-8' {
        $free = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $free.Start()
        $port = $free.LocalEndpoint.Port
        $free.Stop()
        $listener = [Net.HttpListener]::new()
        $listener.Prefixes.Add("http://127.0.0.1:$port/")
        $listener.Start()
        try {
            $env:PREHEAT_WEBHOOK = "http://127.0.0.1:$port/hook"
            $receive = Start-ThreadJob {
                $context = ($using:listener).GetContext()
                $text = [IO.StreamReader]::new($context.Request.InputStream, [Text.Encoding]::UTF8).ReadToEnd()
                $context.Response.Close()
                $context.Request.ContentType
                $text
            }
            & (Get-Script 'A webhook')
            $type, $body = $receive | Wait-Job | Receive-Job
            $type | Should -Be 'application/json; charset=utf-8'
            $text = ($body | ConvertFrom-Json).text
            $text | Should -BeLike "URLs loaded: 1 of 3.`nfailed: *<script>*"
            $text | Should -BeLike '*首映.mp4*'
        } finally {
            $listener.Close()
        }
    }

    It 'can be in the order of the list' {
        3, 1, 10, 2 | ForEach-Object { [pscustomobject]@{ Row = $_; Url = "u$_" } } | Export-Csv premiere.csv
        & (Get-Script 'In the order of the list')
        (Import-Csv sorted.csv).Row | Should -Be 1, 2, 3, 10
    }
}
