/// The bytes that every native message is compressed against: dictionary 1 of ``CompressMessage``'s algorithm
/// 0x20, most useful last, since what is near costs fewer bits.
///
/// Frozen: both sides must hold the same bytes, so a better one is another algorithm's. `Fixtures` has it as a
/// file, and the article on compression says how it was made.
enum DeflateDictionary {
    /// 0x20.
    static let one: [UInt8] = decode(text)

    /// Printable ASCII stands for itself, `%` and two hex digits for any byte; line breaks for nothing.
    private static func decode(_ text: StaticString) -> [UInt8] {
        text.withUTF8Buffer { source in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(source.count)
            var index = 0
            while index < source.count {
                switch source[index] {
                case UInt8(ascii: "\n"): index += 1
                case UInt8(ascii: "%"):
                    bytes.append(value(source[index + 1]) << 4 | value(source[index + 2]))
                    index += 3
                case let byte:
                    bytes.append(byte)
                    index += 1
                }
            }
            return bytes
        }
    }

    private static func value(_ digit: UInt8) -> UInt8 {
        digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
    }

    private static let text: StaticString = """
        %a4Port%cd%1f%0a%a5State%00%a3Vsn%a6%01%05%02%02%05%05
        %05%8b%a4Addr%a7Filters%c0%a5Flags%00%a2ID%ce%a5LTime%01%a4Name%a7Payload%a4Port%cd%abRelayFactor%00
        %aaSourceNode%a7Timeout%cf%00%00%00%00;%9a%ca%00.local%06%83%a4Join%c2%a5Nodes%03%acUserStateLen%00
        %a5State%02%a3Vsn%a6%01%05%02%00%00%00.lanstore-gateway-.compute.internal
        %a4Port%cd%1f%0a%a3Vsn%a6%01%05%02%02%05%05%aaSourcePort%cd%1f%0a
        %06%83%a4Join%c3%a5Nodes%03%acUserStateLen%00%a4Port%cd%1f%0a%a5SeqNo%cd
        %06%86%a4From%a5Flags%01%a2ID%ce%a5LTime%01%a7Payload%c0server-%a7use_tls%a11%a5Prune%c2
        %08%81%aaUserMsgLen%d1%00
        %88%adStatusLTimes%abLeftMembers%90%aaEventLTime%a6Events%aaQueryLTime%a5LTime%a5build%a51.
        %a4role%a3web-0%a5SeqNo%ce%00%12%09alertname%1a%04%86%a4Addr%b0.svc.cluster.localnomad-server-db-
        %08%0a%03nfl%12%a4Meta%da%00%e4%ff%de%00%10%02%82%a7Payload%a0%a5SeqNo%cdcompactor-
        %adgrpc_tls_port%a48503-1%aaSourcePort%cd%20m%a6Target%a4%0a%a9grpc_port%a48502
        %a4Port%cd%23%86%a3Vsn%a6%01%05%02%00%00%00
        %87%a4Addr%a4%0a%00%00%01%abIncarnation%01%a4Meta%a0%a4Name%a9role=worker-%adwan_join_port%a48302
        %aaSourcePort%cd%23%86%a7segment%a0%a5ft_fs%a11%a8raft_vsn%a13%a8rpc_addr%a910.0.0.querier-frontend-
        production%a9bootstrap%a11consul-server-node-distributor-%a4Meta%da%00%ff%89%a2CC%c2
        %aaSourcePort%cd%20m%04%86%a4Addr%a4%c0%a8%01%a6server%a4true.node.consulus-east-1%a6region%a6global
        %a2dc%a3dc1%a3vsn%a12%a7vsn_max%a13%a5build%af1.1.prod.example.com%a4Meta%b2%ff%82%a4role%a4node
        %a4acls%a10%a5ft_si%a11%a3mvn%a11%a4role%a5nomad%a7vsn_min%a12%a2id%da%00$%a3env%aaproduction.global
        %a4Port%cd%12(%a3Vsn%a6%01%05%02%02%05%05%08%0a%03sil%12ip-172-31-%a4port%a48300%a6expect%a13
        %02%82%a7Payload%da%00%82%01%84%aaAdjustment%cb%00%00%00%00%00%00%00%00
        %a5Error%cb?%f8%00%00%00%00%00%00%a6Height%cb>%e4%f8%b5%88%e3h%f1%a3Vec%98%cb%00%00%00%00%00%00%00
        %00%cb%00%00%00%00%00%00%00%00%a5SeqNo%ce%00%a4role%a6consul%aaSourceAddr%a4%c0%a8
        %01%88%a4Nack%c3%a4Node%b0%00%00%00%00%00%00%00%00%00%00%ff%ff%0a%00%00
        %08%00%83%a5LTime%01%a4Node%a9node%08%01%82%a5LTime%01%a4Node%a9%07%03%00%0b%81%a5SeqNo
        %0d%81%a5Erroringester-%a4Port%cd%20m%a5SeqNo%cd%a4Port%cd%1f%0a%a3Vsn%a7%01%05%02%00%00%00%03
        %a7version%a2az%aa%a4zone%a4Port%cd%1f%0a%a3Vsn%a6%01%05%02%00%00%00%a4port%a44647.internal.dc2.dc1
        %aaSourcePort%cd%1f%0a%a6Target%a4%0a%00%00%08%03%84%a2CC%c3%a5LTime%01%a4Name%a6deploy%a7Payload%a0
        %aaSourceAddr%a4%ac%10%04%86%a4Addr%a4%ac%10
        %04%86%a4Addr%a4%0a%00%00%01%abIncarnation%01%a4Meta%c0%a4Node%abIncarnation%01%a4Meta%a0%a4Node%a9
        web-api-%04%86%a4Addr%a4%0a%f4%aaSourceAddr%a4%0a%00%00%02%82%a7Payload%c0%a5SeqNo%ce%00us-west-2
        %abIncarnation%01%a4Node%abIncarnation%02%a4Node%a4Port%cd%20m%a3Vsn%a7%01%05%02%02%05%05%03
        %05%83%a4From%aaSourceNode%afip-10-0-%a5SeqNo%cd%07%02%00cache-%03%83%a4From%00%85%a4Node%af
        """
}
