# What people bring: every kind of object, in the pipeline and as an argument, to every cmdlet with -Url, -TaskId, or -AssetId.

BeforeDiscovery {
    $script:cases = foreach ($way in 'pipeline', 'argument') {
        foreach ($cmdlet in 'Start-VodPreheat', 'Invoke-VodPreheat', 'Test-VodPreheatUrl', 'Get-VodPreheatResult', 'Wait-VodPreheat') {
            @{ Cmdlet = $cmdlet; Way = $way }
        }
    }
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $server = $TestServer::Start()

    # Parameters of each cmdlet, so that none waits.
    $fast = @{
        'Start-VodPreheat'     = @{}
        'Invoke-VodPreheat'    = @{ PollIntervalSec = 1 }
        'Test-VodPreheatUrl'   = @{ Proxy = [VodPreheat.TestServer.ClosedPort]::Refused() }
        'Get-VodPreheatResult' = @{}
        'Wait-VodPreheat'      = @{ PollIntervalSec = 1 }
    }

    # Objects with a text in the property $Name, each made in another way. The text is $Text with the name of the kind.
    function New-Input([string] $Name, [string] $Text) {
        $kinds = [ordered] @{
            'a-string'                   = { $value }
            'a-string-with-a-property'   = { $value | Add-Member -NotePropertyName Title -NotePropertyValue a -PassThru }
            'an-object'                  = { [pscustomobject] @{ Title = 'a'; $Name = $value } }
            'another-case'               = { [pscustomobject] @{ $Name.ToUpperInvariant() = $value } }
            'the-name-of-the-API'        = { [pscustomobject] @{ ($Name -creplace '(?<=[a-z])(?=[A-Z])', '_').ToLowerInvariant() = $value } }
            'selected'                   = { [pscustomobject] @{ Title = 'a'; $Name = $value } | Select-Object $Name }
            'filtered'                   = { [pscustomobject] @{ Title = 'a'; $Name = $value } | Where-Object Title -EQ a }
            'deserialized'               = { Copy-Object ([pscustomobject] @{ $Name = $value }) }
            'a-row-of-CSV'               = { [pscustomobject] @{ Title = 'a'; $Name = $value } | ConvertTo-Csv | ConvertFrom-Csv }
            'JSON'                       = { @{ $Name = $value } | ConvertTo-Json | ConvertFrom-Json }
            'JSON-as-a-hashtable'        = { @{ $Name = $value } | ConvertTo-Json | ConvertFrom-Json -AsHashtable }
            'a-hashtable'                = { @{ $Name = $value } }
            'an-ordered-dictionary'      = { [ordered] @{ Title = 'a'; $Name = $value } }
            'a-property-with-an-array'   = { [pscustomobject] @{ $Name = @($value) } }
            'a-property-with-an-object'  = { [pscustomobject] @{ $Name = [pscustomobject] @{ $Name = $value } } }
            'a-script-property'          = { [pscustomobject] @{ Source = $value } | Add-Member ScriptProperty $Name { $this.Source } -PassThru }
            'a-row-of-a-data-table'      = {
                $table = [Data.DataTable]::new()
                $null = $table.Columns.Add('Title'), $table.Columns.Add($Name)
                , $table.Rows.Add([DBNull]::Value, $value)
            }
            'an-element-of-XML'          = {
                $element = [xml]::new().CreateElement('video')
                $element.SetAttribute($Name, $value)
                $element
            }
            'an-array-in-an-array'       = { , @(, @($value)) }
            'a-list-of-objects'          = { , [Collections.Generic.List[object]] @([pscustomobject] @{ $Name = $value }) }
        }
        foreach ($kind in $kinds.Keys) {
            $value = "$Text$kind"
            $made = & $kinds[$kind]
            @{ Text = $value; Object = $made }
        }
    }

    function Copy-Object($Object) {
        [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($Object, 9))
    }

    # A random object with the property $Name, or an array of such objects, of any depth. Adds the texts in it to $texts, and the names of
    # objects without the property to $foreign.
    function New-RandomInput([Random] $Random, [string] $Name, [int] $Depth = 0) {
        $number = $texts.Count + $foreign.Count
        $kind = $Random.Next($Depth -lt 4 ? 12 : 3)
        if ($kind -eq 0) {
            $foreign.Add("Film$number")
            return [pscustomobject] @{ "Film$number" = "https://cdn.example.com/$number.mp4" }
        }
        if ($kind -lt 3) {
            $texts.Add("https://cdn.example.com/$number.mp4?a=%2F&b=$Depth")
            return $kind -eq 1 -and $Name -eq 'Url' ? [uri] $texts[-1] : $texts[-1]
        }
        if ($kind -eq 3) { return , @(1..$Random.Next(1, 4) | ForEach-Object { , (New-RandomInput $Random $Name ($Depth + 1)) }) }
        if ($kind -eq 4) { return , [Collections.Generic.List[object]] @(1..$Random.Next(1, 4) | ForEach-Object { , (New-RandomInput $Random $Name ($Depth + 1)) }) }
        $value = New-RandomInput $Random $Name ($Depth + 1)
        switch ($kind) {
            5 { @{ $Name = $value; Title = $null } }
            6 { [ordered] @{ Poster = 'https://cdn.example.com/poster.png'; $Name.ToUpperInvariant() = $value } }
            7 { [pscustomobject] @{ Title = @(1, 'b'); $Name.ToLowerInvariant() = $value } }
            8 { [pscustomobject] @{ Source = $value } | Add-Member ScriptProperty $Name { , $this.Source } -PassThru }
            9 { [pscustomobject] @{ $Name = $value; Title = 'a' } | Select-Object $Name }
            10 { Copy-Object ([pscustomobject] @{ $Name = $value }) }
            11 { @{ Video = 'https://cdn.example.com/video'; $Name = $value } | ConvertTo-Json -Depth 20 | ConvertFrom-Json -AsHashtable:($Random.Next(2) -eq 0) }
        }
    }

    # Runs a cmdlet with objects, each of which is one object of the pipeline or one item of the argument.
    function Invoke-With([string] $Cmdlet, [string] $Way, [object[]] $Objects) {
        $parameters = $fast[$Cmdlet]
        Get-Outcome {
            if ($Way -eq 'pipeline') { $Objects | & $Cmdlet @parameters } else { & $Cmdlet $Objects @parameters }
        }
    }

    function Get-InputProperty([string] $Cmdlet) {
        $Cmdlet -in 'Get-VodPreheatResult', 'Wait-VodPreheat' ? 'TaskId' : 'Url'
    }
}

AfterAll {
    Clear-Session
    $server.Dispose()
}

Describe 'Input' {
    BeforeEach {
        Clear-Session
        $null = Use-Clock 20 $server
        $server.AnyTask = $true
        Connect-Server $server
    }

    Context '<Cmdlet>, <Way>' -ForEach $cases {
        BeforeEach { $property = Get-InputProperty $Cmdlet }

        It 'takes the text of every kind of object, unchanged' {
            $made = New-Input $property ($property -eq 'Url' ? 'https://cdn.example.com/My%20Film%20%E7%AC%AC1.mp4?k=a%2Fb&o=https://o.example.com/;,[]''&kind=' : 'task-')
            $run = Invoke-With $Cmdlet $Way $made.Object
            $run.Failure | Should -BeNullOrEmpty
            $run.Errors | Should -BeNullOrEmpty
            @($run.Output.$property | ForEach-Object { $_ } | Select-Object -Unique | Sort-Object) | Should -BeExactly ($made.Text | Sort-Object)
        }

        It 'takes every text in random objects, and reports every object without one (seed <_>)' -ForEach 1, 2 {
            $random = [Random]::new($_)
            $texts, $foreign = [Collections.Generic.List[string]]::new(), [Collections.Generic.List[string]]::new()
            $objects = 1..40 | ForEach-Object { , (New-RandomInput $random $property) }
            $run = Invoke-With $Cmdlet $Way $objects
            $run.Failure | Should -BeNullOrEmpty
            @($run.Output.$property | ForEach-Object { $_ } | Select-Object -Unique | Sort-Object) | Should -BeExactly ($texts | Sort-Object)
            @($run.Errors.TargetObject | ForEach-Object { $_ -is [Collections.IDictionary] ? $_.Keys : $_.PSObject.Properties.Name } | Sort-Object) | Should -BeExactly ($foreign | Sort-Object)
            $run.Errors.ForEach({ Get-ErrorId $_ }) | Select-Object -Unique | Should -Be 'VodInvalidInput'
        }

        It 'reports an object without the property once for each kind, and sends nothing' {
            $foreign = [ordered] @{
                'an object with Title, PlayHref'                      = { [pscustomobject] @{ Title = 'a'; PlayHref = 'https://cdn.example.com/a.mp4' } }
                'a Hashtable with PlayHref'                           = { @{ PlayHref = 'https://cdn.example.com/a.mp4' } }
                'a FileInfo with .*\bName\b.*'                        = { Get-Item $PSCommandPath }
                'a DateTime with .*'                                  = { Get-Date }
                'a Boolean without properties'                        = { $true }
                'an object without properties'                        = { [pscustomobject] @{} }
                'a Double without properties'                         = { 1.5 }
                'an object with a b'                                  = { [pscustomobject] @{ "a$([char] 0x202E)b" = 1 } }
            }
            if ($property -eq 'Url') { $foreign['a Int32 without properties'] = { 5 } }
            $run = Invoke-With $Cmdlet $Way @($foreign.Values.ForEach({ & $_ }); $foreign.Values.ForEach({ & $_ }))
            $run.Failure | Should -BeNullOrEmpty
            $run.Output | Should -BeNullOrEmpty
            $run.Errors.Count | Should -Be $foreign.Count
            for ($i = 0; $i -lt $foreign.Count; $i++) {
                Assert-Failure $run.Errors[$i] VodInvalidInput InvalidArgument "no property ${property}: it is $(@($foreign.Keys)[$i])\."
                "$($run.Errors[$i])" | Should -Not -Match '@\{|System\.'
            }
            "$($run.Errors[0])" | Should -BeLike "*-$property { `$_.$($property -eq 'Url' ? 'PlayHref' : 'Id') }."
            $run.Errors[0].TargetObject.Title | Should -Be 'a'
            $server.RequestCount | Should -Be 0
        }

        It 'reports an object whose property is empty' {
            $rows = foreach ($empty in '', ' ', $null, @(), @($null), [DBNull]::Value) { [pscustomobject] @{ Title = 'a'; $property = $empty } }
            $run = Invoke-With $Cmdlet $Way $rows
            if ($Cmdlet -eq 'Invoke-VodPreheat') {
                $run.Errors | Should -BeNullOrEmpty
                $run.Output.Status | Should -Be (@('rejected') * $rows.Count)
                $run.Output.ErrorCode | Select-Object -Unique | Should -Be 'VodInvalidUrl'
            } else {
                $run.Output | Should -BeNullOrEmpty
                $run.Errors.Count | Should -Be $rows.Count
                foreach ($record in $run.Errors) {
                    Assert-Failure $record "VodInvalid$property" InvalidArgument
                    $record.TargetObject.Title | Should -Be 'a'
                }
            }
            $server.RequestCount | Should -Be 0
        }
    }

    Context 'a URI' {
        It 'is sent as it was written, in the pipeline, as an argument, and as a property: <_>' -ForEach 'Start-VodPreheat', 'Invoke-VodPreheat', 'Test-VodPreheatUrl' {
            $texts = 'https://e.com/My%20Film%20%E7%AC%AC1.mp4?k=a%2Fb', 'HTTPS://E.com:443/%7Ea/../b?x=%41#f', 'https://例.com/第1.mp4'
            $run = Invoke-With $_ pipeline ([uri[]] $texts)
            @($run.Output.Url | ForEach-Object { $_ } | Sort-Object) | Should -BeExactly ($texts | Sort-Object)
            $run = Invoke-With $_ argument ([uri[]] $texts)
            @($run.Output.Url | ForEach-Object { $_ } | Sort-Object) | Should -BeExactly ($texts | Sort-Object)
            $run = Invoke-With $_ pipeline @($texts | ForEach-Object { [pscustomobject] @{ Url = [uri] $_ } })
            @($run.Output.Url | ForEach-Object { $_ } | Sort-Object) | Should -BeExactly ($texts | Sort-Object)
        }
    }

    Context 'a row of a table' {
        BeforeEach {
            $rows = 1..300 | ForEach-Object { [pscustomobject] @{ Title = "Film $_"; 'Play URL' = "https://cdn.example.com/$_.mp4" } }
        }

        It 'without the property causes one error for all of them' {
            $run = Get-Outcome { $rows | Invoke-VodPreheat }
            $run.Output | Should -BeNullOrEmpty
            $run.Errors.Count | Should -Be 1
            Assert-Failure $run.Errors[0] VodInvalidInput InvalidArgument "with Title, Play URL.*-Url \{ \`$_\.'Play URL' \}"
        }

        It 'is not left out if its script block has no value (<Name>)' -ForEach @(
            @{ Name = 'no such column'; Url = { $_.PlayUrl } }
            @{ Name = 'an empty array'; Url = { , @() } }
            @{ Name = 'blank'; Url = { ' ' } }
            @{ Name = 'the braces were forgotten'; Url = $null }
        ) {
            $run = Get-Outcome { $rows[0..2] | Invoke-VodPreheat -Url $Url -InputProperty Title -WarningVariable script:warnings -WarningAction SilentlyContinue }
            $run.Failure | Should -BeNullOrEmpty
            $run.Output.Title | Should -Be 'Film 1', 'Film 2', 'Film 3'
            $run.Output.Status | Should -Be 'rejected', 'rejected', 'rejected'
            $run.Output[0].Detail | Should -Be 'The URL is empty. The input is an object with Title, Play URL.'
            "$script:warnings" | Should -Be '3 of 3 URLs were not loaded: 3 rejected.'
        }

        It 'is an error of <Cmdlet> if its script block has no value' -ForEach @(
            @{ Cmdlet = 'Start-VodPreheat'; Parameter = 'Url' }
            @{ Cmdlet = 'Start-VodPreheat'; Parameter = 'AssetId' }
            @{ Cmdlet = 'Test-VodPreheatUrl'; Parameter = 'Url' }
            @{ Cmdlet = 'Get-VodPreheatResult'; Parameter = 'TaskId' }
            @{ Cmdlet = 'Wait-VodPreheat'; Parameter = 'TaskId' }
        ) {
            foreach ($block in { $_.PlayUrl }, { '' }) {
                $with = @{ $Parameter = $block }
                $run = Get-Outcome { $rows[0..2] | & $Cmdlet @with }
                $run.Output | Should -BeNullOrEmpty
                $run.Errors.ForEach({ Get-ErrorId $_ }) | Should -Be (@("VodInvalid$Parameter") * 3)
                $empty = @{ $Parameter = @() }
                (Get-Outcome { & $Cmdlet @empty }).Errors | Should -BeNullOrEmpty
            }
            $server.RequestCount | Should -Be 0
        }

        It 'is used next to rows without a value' {
            $run = Get-Outcome { '[{"a":"https://cdn.example.com/1.mp4"},{"a":null},{}]' | ConvertFrom-Json | Invoke-VodPreheat -Url { $_.a } -PollIntervalSec 1 }
            $run.Output.Status | Sort-Object | Should -Be 'rejected', 'rejected', 'succeed'
        }

        It 'is an error if -Url is the name of its column' {
            $run = Get-Outcome { $rows | Invoke-VodPreheat -Url 'Play URL' }
            Assert-Failure $run.Failure VodInvalidInput InvalidArgument "'Play URL' is not a URL, but the name of a property", '\{ \$_\.PlayUrl \}'
            $run.Output | Should -BeNullOrEmpty
        }

        It 'that was read in another way is recognized: <Match>' -ForEach @(
            @{ Match = "separated by ;: .* Import-Csv -Delimiter ';'"; Row = { "Title;PlayUrl`na;https://cdn.example.com/1.mp4" | ConvertFrom-Csv } }
            @{ Match = 'separated by tabs: .* Import-Csv -Delimiter "`t"'; Row = { "Title`tPlayUrl`na`thttps://cdn.example.com/1.mp4" | ConvertFrom-Csv } }
            @{ Match = 'no line with the names of its columns: .* -Header'; Row = { "https://cdn.example.com/1.mp4,a`nhttps://cdn.example.com/2.mp4,b" | ConvertFrom-Csv } }
            @{ Match = 'Pipe what is in the file: Get-Content'; Row = { Get-Item $PSCommandPath } }
            @{ Match = 'as in -Url \{ \$_\.PlayUrl \}'; Row = { [pscustomobject] @{ Title = 'a' } } }
        ) {
            foreach ($cmdlet in 'Start-VodPreheat', 'Invoke-VodPreheat', 'Test-VodPreheatUrl') {
                Assert-Failure (Get-Outcome { & $Row | & $cmdlet }).Errors[0] VodInvalidInput InvalidArgument $Match
            }
        }

        It 'is used with a script block: <Cmdlet>' -ForEach @(
            @{ Cmdlet = 'Start-VodPreheat' }, @{ Cmdlet = 'Invoke-VodPreheat' }, @{ Cmdlet = 'Test-VodPreheatUrl' }
        ) {
            $parameters = $fast[$Cmdlet]
            $run = Get-Outcome { $rows[0..11] | & $Cmdlet -Url { $_.'Play URL' } @parameters }
            $run.Errors | Should -BeNullOrEmpty
            @($run.Output.Url | ForEach-Object { $_ }).Count | Should -Be 12
        }

        It 'is used with a script block for a task' {
            $run = Get-Outcome { [pscustomobject] @{ Job = 't1' } | Get-VodPreheatResult -TaskId { $_.Job } }
            $run.Errors | Should -BeNullOrEmpty
            $run.Output[0].TaskId | Should -Be 't1'
        }
    }

    Context 'an asset' {
        It 'is submitted if the URL of its row is empty or missing' {
            $run = Get-Outcome {
                [pscustomobject] @{ Url = ''; AssetId = 'a1' }
                [pscustomobject] @{ Url = 'https://cdn.example.com/1.mp4'; AssetId = '' }
                [pscustomobject] @{ Url = @(); AssetId = @('a2', 'a3') }
                @{ asset_id = 'a4' }
                [VodPreheat.PreheatTask]@{ TaskId = 't'; AssetId = 'a5' }
                Copy-Object ([VodPreheat.PreheatTask]@{ TaskId = 't'; AssetId = 'a6' })
                [pscustomobject] @{ Url = 'https://cdn.example.com/2.mp4'; AssetId = 'not this' }
            }
            $run = Get-Outcome { $run.Output | Start-VodPreheat }
            $run.Errors | Should -BeNullOrEmpty
            $server.SubmittedAssets | Should -BeExactly 'a1', 'a2', 'a3', 'a4', 'a5', 'a6'
            $server.SubmittedUrls | Should -BeExactly 'https://cdn.example.com/1.mp4', 'https://cdn.example.com/2.mp4'
        }

        It 'has errors about what its row has' {
            $run = Get-Outcome { [pscustomobject] @{ AssetId = '' }, [pscustomobject] @{ Url = ''; AssetId = ' ' } | Start-VodPreheat }
            $run.Errors.ForEach({ Get-ErrorId $_ }) | Should -Be 'VodInvalidAssetId', 'VodInvalidUrl'
            $run = Get-Outcome { [pscustomobject] @{ Film = 'a1' } | Start-VodPreheat -AssetId { $_ } }
            Assert-Failure $run.Errors[0] VodInvalidInput InvalidArgument 'no property AssetId: it is an object with Film'
            $server.RequestCount | Should -Be 0
        }

        It 'takes a number, and a script block' {
            $run = Get-Outcome { [pscustomobject] @{ Film = 17 } | Start-VodPreheat -AssetId { $_.Film } }
            $run.Errors | Should -BeNullOrEmpty
            $server.SubmittedAssets | Should -Be '17'
        }

        It 'is an error for Invoke-VodPreheat, with its ID' {
            $task = [VodPreheat.PreheatTask]@{ TaskId = 't'; AssetId = 'film-7' }
            $run = Get-Outcome { $task, 'https://cdn.example.com/1.mp4' | Invoke-VodPreheat -PollIntervalSec 1 }
            Assert-Failure $run.Errors[0] VodInvalidInput InvalidArgument 'film-7', 'Start-VodPreheat'
            $run.Output.Url | Should -Be 'https://cdn.example.com/1.mp4'
            $server.SubmittedAssets | Should -BeNullOrEmpty
        }
    }

    Context 'a task ID' {
        It 'can be a number' {
            (Get-VodPreheatResult 42)[0].TaskId | Should -BeExactly '42'
            (519912345678901234 | Get-VodPreheatResult)[0].TaskId | Should -BeExactly '519912345678901234'
            ('{"task_id":51991234567890123456789}' | ConvertFrom-Json | Get-VodPreheatResult)[0].TaskId | Should -BeExactly '51991234567890123456789'
        }

        It 'of an object filters Get-VodPreheatTask, and another object is an error' {
            $tasks = Get-SampleUrl 11 | Start-VodPreheat
            (Get-VodPreheatTask -TaskId $tasks[1]).TaskId | Should -Be $tasks[1].TaskId
            (Get-VodPreheatTask -Url ([uri] 'https://cdn.example.com/11.mp4')).TaskId | Should -Be $tasks[1].TaskId
            $run = Get-Outcome { Get-VodPreheatTask -TaskId ([pscustomobject] @{ Title = 'a' }) }
            Assert-Failure $run.Errors[0] VodInvalidInput InvalidArgument 'with Title'
            $run.Output | Should -BeNullOrEmpty
        }
    }

    Context 'a text that is not one URL' {
        BeforeAll {
            # What people paste and export, and what an error says about it.
            $lines = [ordered] @{
                'https://a.example.com/1.mp4,https://a.example.com/2.mp4'    = 'another URL at position 29'
                'https://a.example.com/1.mp4 https://a.example.com/2.mp4'    = 'another URL at position 29'
                'https://a.example.com/1.mp4；https://a.example.com/2.mp4'   = 'another URL at position 29'
                "https://a.example.com/1.mp4`thttps://a.example.com/2.mp4"   = 'another URL at position 29'
                "https://a.example.com/1.mp4`r`nhttps://a.example.com/2.mp4" = 'several lines.*Get-Content without -Raw'
                'https://a.example.com/1.mp4  1080p'                         = 'a space at position 28'
                '"https://a.example.com/1.mp4",'                             = '", which no URL contains, at position 1'
                "https://a.example.com/$([char] 0x200B)1.mp4"                = 'invisible character \(U\+200B\) at position 23'
                "https://a.example.com/$([char] 0xFFFD)1.mp4"                = 'U\+FFFD at position 23.*Get-Content -Encoding'
                "https://a.example.com/$([char] 0xD83D)1.mp4"                = 'half of a character \(U\+D83D\) at position 23'
                'https://https://a.example.com/1.mp4'                        = "host is 'https'"
                'a.example.com/1.mp4'                                        = 'not an absolute HTTP or HTTPS URL'
                'urls.txt'                                                   = 'the path of a file.*Get-Content'
                'C:\lists\premiere.csv'                                      = 'the path of a file.*Import-Csv'
                '.\premiere'                                                 = 'the path of a file'
                '/data/premiere list.tsv'                                    = 'the path of a file'
            }
            $good = Get-SampleUrl 9
        }

        It 'is refused by <Cmdlet>, and the others are used' -ForEach @(
            @{ Cmdlet = 'Start-VodPreheat' }, @{ Cmdlet = 'Test-VodPreheatUrl' }
        ) {
            $run = Invoke-With $Cmdlet pipeline @($lines.Keys; $good)
            @($run.Output.Url | ForEach-Object { $_ }) | Should -Be $good
            $run.Errors.Count | Should -Be $lines.Count
            for ($i = 0; $i -lt $lines.Count; $i++) {
                Assert-Failure $run.Errors[$i] VodInvalidUrl InvalidArgument $lines[$i]
                $run.Errors[$i].TargetObject | Should -BeExactly @($lines.Keys)[$i]
            }
        }

        It 'is rejected by Invoke-VodPreheat with the reason, and the others are used' {
            $run = Invoke-With Invoke-VodPreheat pipeline @($lines.Keys; $good)
            $run.Errors | Should -BeNullOrEmpty
            $run.Output.Where({ $_.Status -eq 'succeed' }).Url | Sort-Object | Should -Be $good
            foreach ($line in $lines.Keys) {
                $outcome = $run.Output.Where({ $_.Url -ceq $line })
                $outcome.Status, $outcome.ErrorCode | Should -Be 'rejected', 'VodInvalidUrl'
                $outcome.Detail | Should -Match ($lines[$line] -replace '\.\*.*')
            }
            $server.SubmittedUrls | Sort-Object | Should -Be $good
        }

        It 'can have white space and a byte order mark around it' {
            (Get-Outcome { "$([char] 0xFEFF)https://cdn.example.com/1.mp4`r`n", " https://cdn.example.com/2.mp4`t", "$([char] 0xFEFF)" | Invoke-VodPreheat -PollIntervalSec 1 }).Output.Url |
                Sort-Object | Should -BeExactly 'https://cdn.example.com/1.mp4', 'https://cdn.example.com/2.mp4'
        }
    }

    Context 'an ID that nobody can see' {
        It 'is refused: <Name>' -ForEach @(
            @{ Name = 'half of a character'; Id = "a$([char] 0xD83D)"; Match = 'half of a character \(U\+D83D\) at position 2' }
            @{ Name = 'a zero-width space'; Id = "a$([char] 0x200B)b"; Match = 'invisible character \(U\+200B\) at position 2' }
            @{ Name = 'the wrong encoding'; Id = "$([char] 0xFFFD)"; Match = 'U\+FFFD at position 1' }
        ) {
            Assert-Failure (Get-Outcome { Get-VodPreheatResult $Id }).Errors[0] VodInvalidTaskId InvalidArgument $Match
            Assert-Failure (Get-Outcome { Wait-VodPreheat $Id }).Errors[0] VodInvalidTaskId InvalidArgument $Match
            Assert-Failure (Get-Outcome { Start-VodPreheat -AssetId $Id }).Errors[0] VodInvalidAssetId InvalidArgument $Match
            $server.RequestCount | Should -Be 0
        }

        It 'is used without the byte order mark and white space around it' {
            (Get-VodPreheatResult "$([char] 0xFEFF)t1 `r`n")[0].TaskId | Should -BeExactly 't1'
        }
    }

    Context 'a time' {
        AfterAll {
            if (-not $IsWindows) { $env:TZ = $zone }
            [TimeZoneInfo]::ClearCachedData()
        }
        BeforeAll { $zone = $env:TZ }

        It 'can be the smallest and the largest date, in a culture whose calendar does not have it' {
            $culture = [cultureinfo]::CurrentCulture
            [cultureinfo]::CurrentCulture = 'ar-SA'
            try {
                $null = Get-SampleUrl 1 | Start-VodPreheat
                @(Get-VodPreheatTask -After ([datetime]::MinValue) -Before ([datetime]::MaxValue)).Count | Should -Be 1
                @(Get-VodPreheatTask -After ([DateTimeOffset]::MinValue) -Before ([DateTimeOffset]::MaxValue)).Count | Should -Be 1
            } finally {
                [cultureinfo]::CurrentCulture = $culture
            }
        }

        It 'can be the smallest and the largest date, here in <_>' -ForEach 'Asia/Shanghai', 'America/New_York', 'UTC' {
            # On Windows, always in the zone of the machine.
            if (-not $IsWindows) { $env:TZ = $_ }
            [TimeZoneInfo]::ClearCachedData()
            $null = Get-SampleUrl 1 | Start-VodPreheat
            foreach ($smallest in [datetime]::MinValue, [DateTimeOffset]::MinValue, '0001-01-01', [datetime]::SpecifyKind([datetime]::MinValue, 'Local')) {
                @(Get-VodPreheatTask -After $smallest).Count | Should -Be 1
                Get-VodPreheatTask -Before $smallest | Should -BeNullOrEmpty
            }
            foreach ($largest in [datetime]::MaxValue, [DateTimeOffset]::MaxValue, '9999-12-31T23:59:59') {
                @(Get-VodPreheatTask -Before $largest).Count | Should -Be 1
                Get-VodPreheatTask -After $largest | Should -BeNullOrEmpty
            }
            $null = Get-SampleUrl 1 | Invoke-VodPreheat -ResumeSince ([datetime]::MinValue) -WarningVariable warnings -WarningAction Ignore -ErrorAction Stop
            $warnings | Should -BeNullOrEmpty
            $server.SubmittedUrls.Count | Should -Be 1 -Because 'it was submitted before'
            $null = Get-SampleUrl 1 | Invoke-VodPreheat -ResumeSince ([datetime]::MaxValue) -WarningVariable warnings -WarningAction Ignore -ErrorAction Stop
            $warnings | Should -Match 'in the future'
            $server.SubmittedUrls.Count | Should -Be 2
            { Get-VodPreheatTask -After 'no date' } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        }
    }

    It 'that contains itself is an error' {
        $circle = [Collections.ArrayList]::new()
        $null = $circle.Add($circle)
        $loop = @{}
        $loop.Url = $loop
        foreach ($endless in $circle, $loop) {
            $run = Get-Outcome { Start-VodPreheat -Url $endless }
            $run.Errors.Count | Should -Be 1
        }
        $server.RequestCount | Should -Be 0
    }

    It 'of no items is no error, and a missing item is one' {
        (Get-Outcome { Start-VodPreheat @(); Test-VodPreheatUrl @(); Invoke-VodPreheat @(); , @() | Start-VodPreheat; , @() | Invoke-VodPreheat }).Errors | Should -BeNullOrEmpty
        (Get-Outcome { Start-VodPreheat @($null, 'https://cdn.example.com/1.mp4') }).Errors.ForEach({ Get-ErrorId $_ }) | Should -Be 'VodInvalidUrl'
    }

    Context 'input that a cmdlet does not take' {
        BeforeEach {
            $default = Get-VodConnection
            $null = Get-SampleUrl 2 | Start-VodPreheat
            $posted = $server.RequestCount
        }

        AfterEach { Get-VodConnection | Should -Be $default }

        It 'is an error, and nothing is done: <Cmdlet>' -ForEach @(
            @{ Cmdlet = 'Connect-VodAccount'; With = @{ Sandbox = $true; PassThru = $true } }
            @{ Cmdlet = 'Disconnect-VodAccount'; With = @{} }
            @{ Cmdlet = 'Get-VodConnection'; With = @{} }
            @{ Cmdlet = 'Test-VodConnection'; With = @{} }
            @{ Cmdlet = 'Get-VodPreheatTask'; With = @{} }
            @{ Cmdlet = 'Start-VodPreheat'; With = @{ AssetId = 'a1' } }
            @{ Cmdlet = 'Start-VodPreheat'; With = @{ Url = 'https://cdn.example.com/1.mp4' } }
        ) {
            foreach ($object in 'text', 5, (Get-Item $PSCommandPath), ([pscustomobject] @{ Title = 'a' })) {
                $run = Get-Outcome { $object | & $Cmdlet @With }
                $run.Output | Should -BeNullOrEmpty
                $run.Errors.FullyQualifiedErrorId | Should -BeLike 'InputObjectNotBound,*'
            }
            $server.RequestCount | Should -Be $posted
            @(Get-VodPreheatTask).Count | Should -Be 1
        }

        It 'does not include connections' {
            $second, $third = 1..2 | ForEach-Object { Connect-VodAccount -Sandbox -NoDefault }
            ($second, $third | Test-VodConnection).Region | Should -Be 'SANDBOX', 'SANDBOX'
            $second | Test-VodConnection -Quiet | Should -BeTrue
            $second | Disconnect-VodAccount
            (Test-VodConnection -Connection $second).ErrorCode | Should -Be VodNotConnected
            Test-VodConnection -Connection $third -Quiet | Should -BeTrue
            $server.RequestCount | Should -Be $posted
        }
    }

    Context 'a date and time' {
        It 'is no number: -<Parameter> of <Cmdlet>' -ForEach @(
            @{ Cmdlet = 'Invoke-VodPreheat'; Parameter = 'ResumeSince' }
            @{ Cmdlet = 'Invoke-VodPreheat'; Parameter = 'Deadline' }
            @{ Cmdlet = 'Get-VodPreheatTask'; Parameter = 'After' }
            @{ Cmdlet = 'Get-VodPreheatTask'; Parameter = 'Before' }
        ) {
            $null = Get-SampleUrl 1 | Start-VodPreheat
            foreach ($number in 7, 20261225, 638400000000000000, 1.5, ([decimal] 3), ([bigint] 4), '20261225', $true) {
                $with = @{ $Parameter = $number }
                $run = Get-Outcome { if ($Cmdlet -eq 'Invoke-VodPreheat') { Invoke-VodPreheat -Url (Get-SampleUrl 1) @with -WhatIf } else { & $Cmdlet @with } }
                $run.Output | Should -BeNullOrEmpty
                "$($run.Failure)" | Should -Match "parameter '$Parameter'"
                if ($number -is [ValueType] -and $number -isnot [bool] -and $number -isnot [bigint]) { "$($run.Failure)" | Should -Match 'is a number, and no date and time' }
            }
        }
    }
}
